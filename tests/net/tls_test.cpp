#include "net/tls.hpp"

#include "net/connection.hpp"
#include "peers/certificates.hpp"
#include "peers/loopback.hpp"
#include "peers/tls_stream.hpp"
#include "reactor/run_until.hpp"
#include "reactor/scope.hpp"

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <poll.h>
#include <sys/socket.h>

namespace pivot::net {
namespace {

using reactor::Deadline;
using reactor::Reactor;
using reactor::Task;
using test::Certificates;
using test::Identity;
using test::run_until;

constexpr auto host = "voice.example";

// How a connection ended, as its server saw it.
enum class Ending { in_good_order, cut_off, before_the_handshake };

// Shakes hands with one client and reads until that ends the connection.
class Server {
public:
    explicit Server(const Identity& identity)
        : tls_({.identity = identity}),
          listener_(test::listen_tcp("127.0.0.1")),
          ending_(std::async(std::launch::async, [this] { return serve(); }))
    {
    }

    SocketAddress address() const { return {*IpAddress::parse("127.0.0.1"), port_of(listener_)}; }
    Ending ending() { return ending_.get(); }

private:
    Ending serve()
    {
        pollfd waiting{.fd = listener_.get(), .events = POLLIN, .revents = 0};
        ::poll(&waiting, 1, 10'000);
        const test::Descriptor socket{::accept(listener_.get(), nullptr, nullptr)};
        test::Handshake handshake;
        const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(tls_.get()), SSL_free);
        SSL_set_fd(ssl.get(), socket.get());
        SSL_set_app_data(ssl.get(), &handshake);
        if (SSL_accept(ssl.get()) != 1) return Ending::before_the_handshake;
        std::array<char, 4096> ignored;
        int size = 1;
        while (size > 0) {
            size = SSL_read(ssl.get(), ignored.data(), static_cast<int>(ignored.size()));
        }
        const bool is_good = SSL_get_error(ssl.get(), size) == SSL_ERROR_ZERO_RETURN;
        return is_good ? Ending::in_good_order : Ending::cut_off;
    }

    const test::TlsServer tls_;
    const test::Descriptor listener_;
    std::future<Ending> ending_;
};

class TlsTest : public testing::Test {
protected:
    // OpenSSL writes to sockets without MSG_NOSIGNAL, in the servers of these tests.
    TlsTest() : reactor_(test::open_reactor(opened_)) { std::signal(SIGPIPE, SIG_IGN); }

    TlsConfig trusting()
    {
        TlsConfig config;
        config.ca_file = certificates.ca_file();
        return config;
    }

    // What becomes of a handshake with `server`, a request and the end.
    Result<void> talk(Server& server, const TlsConfig& config, bool cuts_off = false)
    {
        return talk(server, **TlsContext::open(config), cuts_off);
    }

    Result<void> talk(Server& server, TlsContext& context, bool cuts_off = false)
    {
        std::optional<Result<void>> result;
        {
            reactor::Scope scope(reactor_);
            Deadline deadline(reactor_, reactor::never);
            scope.spawn(talk(server.address(), context, cuts_off, result, deadline));
            run_until(reactor_, [&] { return scope.running() == 0; });
        }
        test::run_until_idle(reactor_);
        return *result;
    }

    Certificates certificates;

private:
    Task<> talk(SocketAddress address, TlsContext& context, bool cuts_off,
                std::optional<Result<void>>& result, Deadline& deadline)
    {
        const std::array addresses{address};
        auto connected = co_await connect(addresses, sources_, deadline);
        Connection connection(std::move(*connected));
        auto secured =
            co_await connection.secure(context, host, "https://voice.example:443", true, deadline);
        if (secured) secured = co_await connection.send("hello", deadline);
        if (cuts_off || !secured) connection.reset_on_close();
        co_await connection.close();
        result = std::move(secured);
    }

    std::unique_ptr<Reactor> opened_;
    Reactor& reactor_;
    SourceAddresses sources_;
};

TEST_F(TlsTest, a_connection_that_is_let_go_says_so)
{
    Server server(certificates.good({host}));
    EXPECT_TRUE(talk(server, trusting()));
    EXPECT_EQ(server.ending(), Ending::in_good_order);
}

TEST_F(TlsTest, a_connection_that_is_cut_off_does_not)
{
    Server server(certificates.good({host}));
    EXPECT_TRUE(talk(server, trusting(), true));
    EXPECT_EQ(server.ending(), Ending::cut_off);
}

TEST_F(TlsTest, the_common_name_is_not_taken_for_the_hosts)
{
    for (const auto* others : {"", "email:voice@voice.example", "URI:https://voice.example"}) {
        Server server(certificates.with_subject(host, others));
        const auto result = talk(server, trusting());
        ASSERT_FALSE(result) << others;
        EXPECT_EQ(result.error().reason, Reason::tls);
        EXPECT_TRUE(result.error().message.ends_with("it is for no name"))
            << result.error().message;
    }
}

TEST_F(TlsTest, a_message_shows_three_of_a_certificates_many_names)
{
    std::vector<std::string> names;
    for (int i = 0; i < 1'200; ++i) names.push_back(fmt::format("{}.other.example", i));
    Server server(certificates.good(names));
    const auto result = talk(server, trusting());
    ASSERT_FALSE(result);
    EXPECT_TRUE(result.error().message.ends_with(
        "it is for 0.other.example, 1.other.example, 2.other.example, …"))
        << result.error().message;
}

// As `openssl rehash` does.
void add_hashed(const std::filesystem::path& directory, const std::string& file)
{
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> open(std::fopen(file.c_str(), "r"),
                                                               std::fclose);
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(
        PEM_read_X509(open.get(), nullptr, nullptr, nullptr), X509_free);
    const auto name = fmt::format("{:08x}.0", X509_subject_name_hash(certificate.get()));
    std::filesystem::copy_file(file, directory / name);
}

TEST_F(TlsTest, a_directory_of_certificates_is_read_once_and_not_in_a_handshake)
{
    std::optional<test::TemporaryFolder> folder(std::in_place);
    add_hashed(folder->path(), certificates.ca_file());
    TlsConfig config;
    config.ca_directory = folder->path();
    auto context = TlsContext::open(config);
    ASSERT_TRUE(context) << context.error();
    folder.reset();
    Server server(certificates.good({host}));
    const auto result = talk(server, **context);
    EXPECT_TRUE(result) << result.error().message;
}

// What OpenSSL takes from the environment for the life of a test.
class Environment {
public:
    Environment(const char* name, const std::string& value) : name_(name)
    {
        ::setenv(name, value.c_str(), 1);
    }
    ~Environment() { ::unsetenv(name_); }

private:
    const char* const name_;
};

TEST_F(TlsTest, a_file_of_certificates_that_is_not_there_is_called_missing)
{
    TlsConfig config;
    config.ca_file = "/none.pem";
    const auto context = TlsContext::open(config);
    ASSERT_FALSE(context);
    EXPECT_EQ(context.error(), "CA certificates in /none.pem: No such file or directory");
}

TEST_F(TlsTest, the_systems_directory_is_the_one_that_the_environment_names)
{
    const test::TemporaryFolder folder;
    add_hashed(folder.path(), certificates.ca_file());
    const Environment directory("SSL_CERT_DIR", folder.path());
    Server server(certificates.good({host}));
    const auto result = talk(server, TlsConfig());
    EXPECT_TRUE(result) << result.error().message;
}

TEST_F(TlsTest, the_systems_file_is_the_one_that_the_environment_names)
{
    const Environment file("SSL_CERT_FILE", certificates.ca_file());
    Server server(certificates.good({host}));
    const auto result = talk(server, TlsConfig());
    EXPECT_TRUE(result) << result.error().message;
}

}  // namespace
}  // namespace pivot::net
