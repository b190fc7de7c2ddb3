// A TLS record after the response must not become the answer to the next request.
#include "peers/certificates.hpp"
#include "engine/engine_fixture.hpp"

#include <thread>

#include <poll.h>
#include <sys/socket.h>

namespace pivot::test {
namespace {

constexpr std::string_view smuggled = R"({"module":"play","data":{"id":"smuggled"}})";

// Answers the first request of each of two connections, on the first one with two responses: two
// records, which come in one segment.
class SurplusServer {
public:
    explicit SurplusServer(TlsOptions options)
        : server_(std::move(options)), listener_(listen_tcp("127.0.0.1")), thread_([this] {
              serve(2);
              serve(1);
          })
    {
    }

    std::string url() const
    {
        return "https://127.0.0.1:" + std::to_string(port_of(listener_)) + "/";
    }

private:
    void serve(int responses)
    {
        pollfd waiting{.fd = listener_.get(), .events = POLLIN, .revents = 0};
        ::poll(&waiting, 1, 10'000);
        const Descriptor socket{::accept(listener_.get(), nullptr, nullptr)};
        Handshake handshake;
        const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(server_.get()), SSL_free);
        SSL_set_fd(ssl.get(), socket.get());
        SSL_set_app_data(ssl.get(), &handshake);
        if (SSL_accept(ssl.get()) != 1) return;
        std::array<char, 4096> ignored;
        SSL_read(ssl.get(), ignored.data(), ignored.size());

        BIO* records = BIO_new(BIO_s_mem());
        SSL_set0_wbio(ssl.get(), records);
        for (int i = 0; i < responses; ++i) {
            const auto answer = ordinary_answer(200, "application/json", i == 0 ? hello : smuggled);
            SSL_write(ssl.get(), answer.data(), static_cast<int>(answer.size()));
        }
        char* bytes = nullptr;
        const auto size = static_cast<std::size_t>(BIO_get_mem_data(records, &bytes));
        ::send(socket.get(), bytes, size, MSG_NOSIGNAL);
        while (::recv(socket.get(), ignored.data(), ignored.size(), 0) > 0) continue;
    }

    const TlsServer server_;
    const Descriptor listener_;
    std::jthread thread_;
};

TEST(Surplus, a_record_after_the_response_is_not_the_next_response)
{
    Certificates certificates;
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        TlsOptions tls{.identity = certificates.good({"127.0.0.1"}),
                       .version_min = version,
                       .version_max = version};
        const SurplusServer server(std::move(tls));
        auto config = loopback();
        config.tls.ca_file = certificates.ca_file();
        Pivots pivots{config};
        const auto first = pivots.run(node(server.url()));
        EXPECT_TRUE(is_processed(first));
        const auto second = pivots.run(node(server.url()));
        EXPECT_TRUE(is_processed(second));
        EXPECT_EQ(second.flow, first.flow);
        EXPECT_FALSE(second.exchange->was_reused);
        pivots.destroy();  // closes the second connection, for which the server waits
    }
}

}  // namespace
}  // namespace pivot::test
