// Claim: a TwiML document of 2 KB is read and checked in a few microseconds, and a hostile one in
// time proportional to its size.
//
// Method: three documents as applications write them, read in turn by our reader and by pugixml
// alone, which only builds its tree: the floor. Then documents that are hard to read, of 256 KiB
// and of 1 MiB; the time per byte must not depend on the size. CPU time of the thread; there is no
// randomness. The checksum counts elements, warnings and refusals.
#include "rounds.hpp"
#include "twiml/reader.hpp"

#include <array>
#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <pugixml.hpp>

namespace pivot::bench {
namespace {

std::string small_document()
{
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response>\n"
           "  <Gather numDigits=\"1\" action=\"/menu\" method=\"POST\" timeout=\"10\">\n"
           "    <Say voice=\"Polly.Joanna\" language=\"en-US\">For sales, press 1. For support, "
           "press 2.</Say>\n  </Gather>\n  <Redirect>/again</Redirect>\n</Response>\n";
}

// An attempt to reach somebody, with prompts before and a voicemail after it.
std::string medium_document()
{
    std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response>\n";
    for (int i = 1; i <= 4; ++i) {
        text += fmt::format(
            "  <Gather input=\"dtmf speech\" numDigits=\"4\" finishOnKey=\"#\" "
            "action=\"https://voice.example.com/ivr/step?number={}&amp;lang=en\">\n"
            "    <Say voice=\"Polly.Joanna\" language=\"en-US\">Please enter the extension of the "
            "person you would like to reach.</Say>\n    <Pause length=\"2\"/>\n  </Gather>\n",
            i);
    }
    text +=
        "  <Dial callerId=\"+14155550100\" timeout=\"20\" answerOnBridge=\"true\" "
        "action=\"/ivr/dialled\">\n"
        "    <Number sendDigits=\"ww12\" statusCallback=\"https://voice.example.com/status\" "
        "statusCallbackEvent=\"initiated ringing answered completed\">+14155550123</Number>\n"
        "    <Sip username=\"ann\" password=\"secret\">sip:ann@pbx.example.com</Sip>\n"
        "    <Client>support-desk</Client>\n  </Dial>\n"
        "  <Play loop=\"2\">https://media.example.com/prompts/nobody-there.mp3</Play>\n"
        "  <Record maxLength=\"120\" playBeep=\"true\" trim=\"trim-silence\" "
        "recordingStatusCallback=\"/ivr/recorded\" action=\"/ivr/goodbye\"/>\n"
        "  <Hangup/>\n</Response>\n";
    return text;
}

std::string spoken_document()
{
    std::string text = "<Response><Say>";
    for (int i = 0; i < 40; ++i) {
        text += fmt::format(
            "<p><s>Order <say-as interpret-as=\"digits\">{}</say-as> left our house "
            "<emphasis level=\"strong\">yesterday</emphasis>.</s> <break time=\"500ms\"/></p>\n",
            1'000 + i);
    }
    return text + "</Say></Response>";
}

struct Sample {
    std::string_view name;
    std::string text;
};

struct Hostile {
    std::string_view name;
    std::string_view front;
    std::string_view part;  // again and again
    std::string_view back;
};

constexpr std::array hostiles{
    Hostile{"unknown elements", "<Response>", "<a/>", "</Response>"},
    Hostile{"one long text", "<Response><Say>", "a", "</Say></Response>"},
    Hostile{"one long value", "<Response><Say voice='", "a", "'/></Response>"},
    Hostile{"unknown words", "<Response><Gather input='", "x ", "'/></Response>"},
    Hostile{"text between comments", "<Response><Say>", "a<!---->", "</Say></Response>"},
    Hostile{"CDATA sections", "<Response><Say>", "<![CDATA[<]]>", "</Say></Response>"},
    Hostile{"references", "<Response><Play>", "&amp;", "</Play></Response>"},
    Hostile{"lines and a bad byte", "<Response>", "\n", "\xC3(</Response>"},
};

std::string make(const Hostile& hostile, std::size_t size_bytes)
{
    std::string text(hostile.front);
    while (text.size() + hostile.part.size() + hostile.back.size() <= size_bytes) {
        text += hostile.part;
    }
    return text.append(hostile.back);
}

// Our reader, and what it saw.
class Ours {
public:
    void read(std::string_view text)
    {
        const auto document = reader_.read(text);
        sum_ += document ? 1 + document->warnings().size() : 1'000;
        if (!document) return;
        for (const twiml::Element verb : document->verbs()) sum_ += verb.line();
    }
    std::uint64_t sum() const { return sum_; }

private:
    // A megabyte as hostile as it likes, up to what follows the limits.
    twiml::Reader reader_{twiml::Limits{.bytes_max = 2 * 1024 * 1024, .elements_max = 1'000'000}};
    std::uint64_t sum_ = 0;
};

// It parses in place, as ours does, and therefore copies first.
class Floor {
public:
    void read(std::string_view text)
    {
        constexpr unsigned options = pugi::parse_cdata | pugi::parse_ws_pcdata |
                                     pugi::parse_escapes | pugi::parse_eol |
                                     pugi::parse_wconv_attribute;
        text_ = text;
        if (!tree_.load_buffer_inplace(text_.data(), text_.size(), options, pugi::encoding_utf8)) {
            throw std::runtime_error("pugixml does not read a document of ours");
        }
        tree_.reset();
    }

private:
    std::string text_;
    pugi::xml_document tree_;
};

// CPU time for one reading, out of `turns`.
template <typename Reader>
double take_ns(Reader& reader, std::string_view text, std::size_t turns)
{
    const Nanoseconds began = thread_cpu_ns();
    for (std::size_t i = 0; i < turns; ++i) reader.read(text);
    return static_cast<double>(thread_cpu_ns() - began) / static_cast<double>(turns);
}

int run(const Arguments& arguments)
{
    Report report(arguments, "A TwiML document of 2 KB is read and checked in a few microseconds");
    const std::array samples{Sample{"a menu", small_document()},
                             Sample{"a whole call", medium_document()},
                             Sample{"SSML", spoken_document()}};
    const std::size_t bytes_read = arguments.is_small ? 200'000 : 20'000'000;
    constexpr std::size_t short_bytes = 256 * 1024;
    constexpr std::size_t long_bytes = 1024 * 1024;
    const auto named = [](const Sample& sample) {
        return fmt::format("{}, {} bytes", sample.name, sample.text.size());
    };

    Ours ours;
    Floor floor;
    for (std::size_t round = 0; round < arguments.rounds(); ++round) {
        for (const Sample& sample : samples) {
            const std::size_t turns = bytes_read / sample.text.size();
            take_ns(ours, sample.text, turns / 10);
            take_ns(floor, sample.text, turns / 10);
            for (const auto* half : {"", " again"}) {
                const std::string name = named(sample) + half;
                report.add(name + ", pugixml", "us", take_ns(floor, sample.text, turns) / 1'000);
                report.add(name + ", reader", "us", take_ns(ours, sample.text, turns) / 1'000);
            }
        }
        for (const Hostile& hostile : hostiles) {
            take_ns(ours, make(hostile, long_bytes), 1);
            for (const std::size_t size : {short_bytes, long_bytes}) {
                const std::string text = make(hostile, size);
                const std::size_t turns = std::max<std::size_t>(bytes_read / 4 / size, 1);
                report.add(fmt::format("{}, {} KiB", hostile.name, size / 1024), "ns a byte",
                           take_ns(ours, text, turns) / static_cast<double>(text.size()));
            }
        }
    }
    for (const Sample& sample : samples) {
        for (const auto* half : {"", " again"}) {
            const std::string name = named(sample) + half;
            report.add_ratio(name + ", reader ÷ pugixml", name + ", reader", name + ", pugixml", 3);
        }
    }
    report.add_ratio_to(named(samples[1]) + ", reader, in us", named(samples[1]) + ", reader", 1,
                        10);
    for (const Hostile& hostile : hostiles) {
        report.add_ratio(fmt::format("{}, a byte of 1 MiB ÷ of 256 KiB", hostile.name),
                         fmt::format("{}, {} KiB", hostile.name, long_bytes / 1024),
                         fmt::format("{}, {} KiB", hostile.name, short_bytes / 1024), 2);
    }
    return report.finish(ours.sum());
}

}  // namespace
}  // namespace pivot::bench

int main(int count, char** values)
try {
    return pivot::bench::run(pivot::bench::Arguments(count, values));
} catch (const std::exception& error) {
    std::fprintf(stderr, "twiml_reading: %s\n", error.what());
    return 1;
}
