// Answers that are processed, however they come.
#include "base/json.hpp"
#include "gzip.hpp"
#include "engine/engine_fixture.hpp"

namespace pivot::test {
namespace {

constexpr auto head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";

TEST(Processed, a_valid_flow_leaves_no_branch)
{
    const auto outcome = ask(answer());
    EXPECT_TRUE(is_processed(outcome));
    EXPECT_EQ(outcome.call_id, "c1");
    EXPECT_EQ(outcome.iteration, 1);
    EXPECT_EQ(outcome.format, Format::kazoo);
    EXPECT_EQ(outcome.exchange->status, 200);
    EXPECT_EQ(outcome.exchange->content_type, "application/json");
    EXPECT_EQ(outcome.exchange->redirects, 0);
    EXPECT_FALSE(outcome.exchange->was_reused);
    EXPECT_EQ(outcome.exchange->final_url, "");
    EXPECT_GT(outcome.exchange->timings_us.total, 0);
    EXPECT_GT(outcome.exchange->timings_us.first_byte, 0);
    EXPECT_LE(outcome.exchange->timings_us.first_byte, outcome.exchange->timings_us.total);
}

TEST(Processed, what_is_wrong_and_does_no_harm_stands_in_the_outcome)
{
    HttpPeer peer{[](HttpPeer::Exchange& exchange) {
        const bool is_good = !exchange.request.target.starts_with("/bad");
        exchange.reply(is_good ? 200 : 500, "application/json",
                       R"({"module":"resources","data":{"hunt_account_id":"a"}})");
    }};
    Pivots pivots;
    const auto outcome = pivots.run(node(peer.url("/"), R"(,"req_timeout_ms":"soon")"));
    EXPECT_TRUE(is_processed(outcome));
    ASSERT_EQ(outcome.warnings.size(), 2U);
    EXPECT_EQ(outcome.warnings[0].at, "/data/req_timeout_ms");
    EXPECT_TRUE(outcome.warnings[0].error.starts_with("in the action: expected an integer"));
    EXPECT_EQ(outcome.warnings[1].at, "/data/hunt_account_id");
    EXPECT_NE(outcome.to_json().find(R"("warnings":[{"at":"/data/req_timeout_ms")"),
              std::string::npos);

    const auto failed = pivots.run(node(peer.url("/bad"), R"(,"req_timeout_ms":0)"));
    ASSERT_TRUE(failed.failure);
    EXPECT_EQ(failed.failure->reason, Reason::status);
    EXPECT_EQ(failed.warnings.size(), 1U);
}

TEST(Processed, an_answer_that_looks_like_xml_is_named)
{
    HttpPeer peer{[](HttpPeer::Exchange& exchange) {
        exchange.reply(200, "application/json", "<?xml version=\"1.0\"?><Response/>");
    }};
    Pivots pivots;
    const auto outcome = pivots.run(node(peer.url("/")));
    ASSERT_TRUE(outcome.failure);
    EXPECT_EQ(outcome.failure->reason, Reason::invalid_json);
    EXPECT_NE(outcome.failure->message.find("the answer looks like XML"), std::string::npos);
}

TEST(Processed, the_address_is_that_of_the_server)
{
    HttpPeer peer{answer()};
    Pivots pivots;
    EXPECT_EQ(pivots.run(node(peer.url("/"))).exchange->address,
              "127.0.0.1:" + std::to_string(peer.port()));
}

TEST(Processed, an_ipv6_address_stands_in_brackets)
{
    HttpPeer peer{answer(), {.address = "::1"}};
    Pivots pivots;
    const auto outcome = pivots.run(node(peer.url("/")));
    EXPECT_TRUE(is_processed(outcome));
    EXPECT_EQ(outcome.exchange->address, "[::1]:" + std::to_string(peer.port()));
    EXPECT_EQ(peer.requests().at(0).header("host"), "[::1]:" + std::to_string(peer.port()));
}

TEST(Processed, a_json_content_type_may_have_parameters_and_any_case)
{
    for (const auto* type :
         {"application/json", "application/json; charset=utf-8", "Application/JSON",
          "application/json;charset=UTF-8", "application/vnd.x+json", "APPLICATION/VND.X+JSON",
          "application/hal+json; v=1", "application/json ; charset=utf-8"})
        EXPECT_TRUE(is_processed(ask(answer(hello, type)))) << type;
}

TEST(Processed, another_content_type_is_decided_by_the_first_byte_of_the_body)
{
    for (const auto* type : {"text/plain", "text/html; charset=utf-8", "image/png", "*", "json"})
        EXPECT_TRUE(is_processed(ask(answer(" \r\n\t" + std::string(hello), type)))) << type;
}

TEST(Processed, without_a_content_type_the_first_byte_decides)
{
    const auto outcome =
        ask(say_and_close("HTTP/1.1 200 OK\r\nContent-Length: 39\r\n\r\n" + std::string(hello)));
    ASSERT_EQ(hello.size(), 39u);
    EXPECT_TRUE(is_processed(outcome));
    EXPECT_EQ(outcome.exchange->content_type, "");
}

TEST(Processed, an_empty_content_type_is_like_none)
{
    EXPECT_TRUE(is_processed(ask(answer(hello, ""))));
}

TEST(Processed, a_byte_order_mark_is_skipped)
{
    const auto marked = "\xEF\xBB\xBF" + std::string(hello);
    EXPECT_TRUE(is_processed(ask(answer(marked))));
    EXPECT_TRUE(is_processed(ask(answer(marked, "text/plain"))));
}

TEST(Processed, a_chunked_body_is_put_together)
{
    EXPECT_TRUE(is_processed(ask([](HttpPeer::Exchange& exchange) {
        exchange.send(std::string(head) + "Transfer-Encoding: chunked\r\n\r\n");
        for (const char byte : hello) exchange.send("1;x=y\r\n" + std::string(1, byte) + "\r\n");
        exchange.send("0\r\nTrailer: t\r\n\r\n");
    })));
}

TEST(Processed, a_body_may_end_with_the_connection)
{
    EXPECT_TRUE(is_processed(ask(say_and_close(std::string(head) + "\r\n" + std::string(hello)))));
}

TEST(Processed, an_answer_may_come_byte_by_byte)
{
    EXPECT_TRUE(is_processed(ask([](HttpPeer::Exchange& exchange) {
        exchange.drip(ordinary_answer(200, "application/json", hello), 100us);
    })));
}

TEST(Processed, a_gzipped_body_is_unpacked)
{
    for (const auto* coding : {"gzip", "GZIP", "x-gzip"})
        EXPECT_TRUE(is_processed(ask(answer(gzip(hello), "application/json", 200,
                                            "Content-Encoding: " + std::string(coding) + "\r\n"))))
            << coding;
}

TEST(Processed, a_gzipped_body_may_be_chunked)
{
    EXPECT_TRUE(is_processed(ask([](HttpPeer::Exchange& exchange) {
        exchange.send(std::string(head) +
                      "Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (const char byte : gzip(hello))
            exchange.send("1\r\n" + std::string(1, byte) + "\r\n");
        exchange.send("0\r\n\r\n");
    })));
}

TEST(Processed, informational_answers_before_the_final_one_are_skipped)
{
    const auto outcome = ask([](HttpPeer::Exchange& exchange) {
        exchange.send("HTTP/1.1 100 Continue\r\n\r\n");
        exchange.send("HTTP/1.1 103 Early Hints\r\nLink: </s.css>\r\n\r\n");
        exchange.reply(200, "application/json", hello);
    });
    EXPECT_TRUE(is_processed(outcome));
    EXPECT_EQ(outcome.exchange->status, 200);
}

TEST(Processed, any_status_of_success_will_do)
{
    for (const int status : {200, 201, 202, 203, 206, 299}) {
        const auto outcome = ask(answer(hello, "application/json", status));
        EXPECT_TRUE(is_processed(outcome)) << status;
        EXPECT_EQ(outcome.exchange->status, status);
    }
}

TEST(Processed, defaults_are_written_into_the_flow)
{
    const auto outcome = ask(answer(
        R"({"module":"play","data":{"id":"hello"},"children":{"_":{"module":"pivot","data":{"voice_url":"http://h"}}}})"));
    ASSERT_TRUE(is_processed(outcome));
    json::Document document;
    const auto flow = document.read(outcome.flow);
    ASSERT_TRUE(flow);
    const auto data = *flow->find("data");
    EXPECT_EQ(data.find("endless_playback")->text(), "false");
    std::string terminators;
    for (const auto key : data.find("terminators")->elements()) terminators += key.text();
    EXPECT_EQ(terminators, "123456789*0#");
    const auto pivot = *flow->find("children")->find("_")->find("data");
    EXPECT_EQ(pivot.find("method")->text(), "get");
    EXPECT_EQ(pivot.find("req_format")->text(), "kazoo");
    EXPECT_EQ(pivot.find("req_body_format")->text(), "form");
    EXPECT_EQ(pivot.find("debug")->text(), "false");
}

TEST(Processed, data_that_is_absent_is_filled_in)
{
    const auto outcome = ask(answer(R"({"module":"sleep"})"));
    ASSERT_TRUE(is_processed(outcome));
    json::Document document;
    const auto data = document.read(outcome.flow)->find("data");
    ASSERT_TRUE(data);
    EXPECT_EQ(data->find("duration")->text(), "0");
    EXPECT_EQ(data->find("unit")->text(), "s");
}

TEST(Processed, numbers_come_out_as_they_came_in)
{
    const auto* numbers =
        R"("n":[123456789012345678901234567890,-0,1.10,1e400,18446744073709551616])";
    const auto outcome =
        ask(answer(R"({"module":"play","data":{"id":"hello",)" + std::string(numbers) + "}}"));
    ASSERT_TRUE(is_processed(outcome));
    EXPECT_NE(outcome.flow.find(numbers), std::string::npos) << outcome.flow;
}

TEST(Processed, text_keeps_its_meaning)
{
    const auto outcome =
        ask(answer(R"({"module":"tts","data":{"text":"\u00e9 \"\\ \ud83d\ude00\n"}})"));
    ASSERT_TRUE(is_processed(outcome));
    json::Document document;
    EXPECT_EQ(document.read(outcome.flow)->find("data")->find("text")->text(),
              "\u00e9 \"\\ \U0001F600\n");
}

TEST(Processed, a_flow_may_be_as_deep_as_the_limit)
{
    std::string flow = R"({"module":"sleep","data":{}})";
    for (int i = 0; i < 80; ++i)
        flow = R"({"module":"sleep","data":{},"children":{"_":)" + flow + "}}";
    EXPECT_TRUE(is_processed(ask(answer(flow))));
}

TEST(Processed, a_body_of_the_largest_size_is_taken)
{
    auto config = loopback();
    config.http.body_bytes_max = hello.size();
    EXPECT_TRUE(is_processed(ask(answer(), config)));
}

TEST(Processed, a_quarter_of_a_megabyte_is_taken)
{
    const auto flow = R"({"module":"tts","data":{"text":"x"},"children":{"_":)" +
                      std::string(hello) + R"(},"more":")" + std::string(256 * 1024, 'x') + R"("})";
    const auto outcome = ask(answer(flow));
    ASSERT_TRUE(outcome.kind == OutcomeKind::processed);
    EXPECT_GT(outcome.flow.size(), 256u * 1024);
}

TEST(Processed, text_for_numbers_is_taken_where_the_operator_says_so)
{
    const auto* flow = R"({"module":"sleep","data":{"duration":"20"}})";
    EXPECT_TRUE(has_failed(ask(answer(flow)), Reason::invalid_callflow));
    auto config = loopback();
    config.callflow.coerce_types = true;
    const auto outcome = ask(answer(flow), config);
    ASSERT_TRUE(is_processed(outcome));
    EXPECT_NE(outcome.flow.find(R"("duration":20)"), std::string::npos) << outcome.flow;
}

TEST(Skipped, skip_module_asks_nobody)
{
    HttpPeer peer{answer()};
    Pivots pivots;
    const auto outcome = pivots.run(node(peer.url("/"), R"(,"skip_module":true)"));
    EXPECT_EQ(outcome.kind, OutcomeKind::skipped);
    EXPECT_EQ(outcome.branch(), "_");
    EXPECT_EQ(outcome.next, sorry);
    EXPECT_FALSE(outcome.failure);
    EXPECT_FALSE(outcome.exchange);
    EXPECT_EQ(outcome.flow, "");
    EXPECT_EQ(peer.connections_accepted(), 0u);
}

TEST(OutcomeJson, a_processed_call_has_its_flow_and_exchange)
{
    HttpPeer peer{answer()};
    Pivots pivots;
    auto request = request_of(node(peer.url("/flow")));
    request.iteration = 3;
    const auto text = pivots.run(std::move(request)).to_json();
    EXPECT_EQ(text.find('\n'), std::string::npos);

    json::Document document;
    const auto read = document.read(text);
    ASSERT_TRUE(read) << text;
    const auto& json = *read;
    EXPECT_EQ(json.find("call_id")->text(), "c1");
    EXPECT_EQ(json.find("outcome")->text(), "processed");
    EXPECT_EQ(json.find("branch")->kind(), json::Kind::null);
    EXPECT_EQ(json.find("next")->kind(), json::Kind::null);
    EXPECT_EQ(json.find("iteration")->text(), "3");
    EXPECT_EQ(json.find("format")->text(), "kazoo");
    EXPECT_EQ(json.find("flow")->find("module")->text(), "play");
    EXPECT_TRUE(json.find("elapsed_ms"));
    for (const auto* key : {"reason", "phase", "message", "errors", "verbs"})
        EXPECT_FALSE(json.find(key)) << key;

    const auto exchange = *json.find("exchange");
    EXPECT_EQ(exchange.find("method")->text(), "GET");
    EXPECT_TRUE(exchange.find("url")->text().starts_with(peer.url("/flow?")));
    EXPECT_EQ(exchange.find("status")->text(), "200");
    EXPECT_EQ(exchange.find("content_type")->text(), "application/json");
    EXPECT_EQ(exchange.find("redirects")->text(), "0");
    EXPECT_EQ(exchange.find("reused")->text(), "false");
    EXPECT_EQ(exchange.find("address")->text(), "127.0.0.1:" + std::to_string(peer.port()));
    EXPECT_FALSE(exchange.find("final_url"));
    for (const auto* key : {"dns", "connect", "tls", "first_byte", "total"})
        EXPECT_TRUE(exchange.find("timings_us")->find(key)->integer()) << key;
}

TEST(OutcomeJson, a_failed_call_says_why_and_what_is_next)
{
    json::Document document;
    const auto text = ask(answer(R"({"module":"tts","data":{}})")).to_json();
    const auto read = document.read(text);
    ASSERT_TRUE(read) << text;
    const auto& json = *read;
    EXPECT_EQ(json.find("outcome")->text(), "failed");
    EXPECT_EQ(json.find("branch")->text(), "_");
    EXPECT_EQ(json.find("next")->find("data")->find("id")->text(), "sorry");
    EXPECT_EQ(json.find("reason")->text(), "invalid_callflow");
    EXPECT_EQ(json.find("phase")->text(), "parse");
    EXPECT_TRUE(json.find("message")->is_string());
    ASSERT_TRUE(json.find("errors")->is_array());
    const auto error = *json.find("errors")->elements().begin();
    EXPECT_EQ(error.find("at")->text(), "/data/text");
    EXPECT_TRUE(error.find("error")->is_string());
    EXPECT_FALSE(json.find("flow"));
    EXPECT_FALSE(json.find("verbs"));
}

TEST(OutcomeJson, without_a_default_child_next_is_null)
{
    Pivots pivots;
    const RefusingPort port;
    const auto outcome =
        pivots.run(R"({"voice_url":"http://127.0.0.1:)" + std::to_string(port.port()) + "\"}");
    json::Document document;
    const auto text = outcome.to_json();
    const auto json = document.read(text);
    ASSERT_TRUE(json) << text;
    EXPECT_EQ(outcome.next, "");
    EXPECT_EQ(json->find("branch")->text(), "_");
    EXPECT_EQ(json->find("next")->kind(), json::Kind::null);
    EXPECT_FALSE(json->find("errors"));
}

TEST(OutcomeJson, a_skipped_call_has_no_exchange_and_no_reason)
{
    Pivots pivots;
    json::Document document;
    const auto text = pivots.run(node("http://127.0.0.1/", R"(,"skip_module":true)")).to_json();
    const auto json = document.read(text);
    ASSERT_TRUE(json) << text;
    EXPECT_EQ(json->find("outcome")->text(), "skipped");
    EXPECT_EQ(json->find("branch")->text(), "_");
    EXPECT_EQ(json->find("next")->find("module")->text(), "play");
    for (const auto* key : {"exchange", "reason", "phase", "message", "errors", "flow", "format"})
        EXPECT_FALSE(json->find(key)) << key;
}

}  // namespace
}  // namespace pivot::test
