#include "execute/foresight.hpp"

#include "base/text.hpp"
#include "exchange/policy.hpp"
#include "exchange/reference.hpp"
#include "execute/perform.hpp"
#include "execute/verbs/callee.hpp"
#include "http/url.hpp"
#include "twiml/grammar.hpp"

#include <pivot/checked_text.hpp>

#include <string>
#include <utility>

#include <fmt/format.h>

namespace pivot::execute {

namespace {

using twiml::Attribute;
using twiml::Element;
using twiml::Name;

// Where the document comes from is not known: any address will do for its relative references.
constexpr std::string_view somewhere = "http://document.invalid/";

std::string resolve(std::string_view reference)
{
    return exchange::resolve_reference(somewhere, reference);
}

class Foresight {
public:
    explicit Foresight(const net::AddressPolicy& policy) : policy_(policy) {}

    std::vector<twiml::Remark> run(const twiml::Document& document)
    {
        for (const Element verb : document.verbs()) {
            if (!is_performed(verb.name())) warn(verb, not_performed(verb.name()));
            look_at(verb);
        }
        look_at_order(document);
        return std::move(remarks_);
    }

private:
    void warn(Element element, std::string what)
    {
        if (remarks_.size() == twiml::Document::warnings_max) return;
        twiml::Remark remark;
        remark.line = element.line();
        remark.column = element.column();
        remark.message = std::move(what);
        remarks_.push_back(std::move(remark));
    }

    void warn_unless_empty(Element element, std::string flaw)
    {
        if (!flaw.empty()) warn(element, std::move(flaw));
    }

    // As deep as the reader lets documents be.
    void look_at(Element element)
    {
        look_at_urls(element);
        look_at_names(element);
        switch (element.name()) {
            case Name::dial: look_at_dial(element); break;
            case Name::play:
                warn_unless_empty(element,
                                  verbs::flaw_of_play(element, verbs::media_of(element, resolve)));
                break;
            case Name::redirect:
                warn_unless_empty(element, verbs::flaw_of_redirect(element, resolve));
                look_at_url(element, "Redirect", element.text());
                break;
            case Name::conference: look_at_room<RoomName>(element, "room"); break;
            case Name::queue:
            case Name::enqueue: look_at_room<QueueName>(element, "queue"); break;
            case Name::record: look_at_record(element); break;
            default: break;
        }
        for (const Element child : element.children()) look_at(child);
    }

    // Those that are asked by us; media is the switch's affair.
    void look_at_urls(Element element)
    {
        for (const twiml::AttributeRule& rule : twiml::rule_of(element.name()).attributes) {
            const bool is_asked = rule.type == twiml::Type::url && rule.words == "http https";
            const bool is_upload = rule.attribute == Attribute::storage_url ||
                                   rule.attribute == Attribute::recording_url;
            if (!is_asked || is_upload || !element.has(rule.attribute)) continue;
            warn_unless_empty(element, verbs::flaw_of_url(element, rule.attribute, resolve));
            look_at_url(element, twiml::name(rule.attribute), element.text(rule.attribute));
        }
    }

    void look_at_url(Element element, std::string_view what, std::string_view reference)
    {
        const std::string absolute = resolve(reference);
        const auto url = http::Url::parse(absolute.substr(0, absolute.find('#')));
        const std::string objection = url ? exchange::objection_to(*url, policy_) : "";
        if (!objection.empty()) warn(element, fmt::format("{}: {}", what, objection));
    }

    template <typename Kind>
    void look_at_name(Element element, Attribute attribute)
    {
        const std::string_view text = element.text(attribute);
        if (!text.empty() && Kind::of(text).empty())
            warn(element, verbs::flaw_of_name(element, attribute));
    }

    void look_at_names(Element element)
    {
        switch (element.name()) {
            case Name::say:
                look_at_name<VoiceName>(element, Attribute::voice);
                look_at_name<LanguageTag>(element, Attribute::language);
                look_at_name<EngineName>(element, Attribute::engine);
                break;
            case Name::gather:
                look_at_name<LanguageTag>(element, Attribute::language);
                look_at_name<EngineName>(element, Attribute::speech_model);
                break;
            case Name::dial:
                look_at_name<CallerNumber>(element, Attribute::caller_id);
                look_at_name<DisplayName>(element, Attribute::caller_name);
                break;
            case Name::conference:
                look_at_name<MemberLabel>(element, Attribute::participant_label);
                break;
            case Name::stream: look_at_name<StreamName>(element, Attribute::name); break;
            default: break;
        }
    }

    void look_at_dial(Element dial)
    {
        const verbs::Warn warner = [this](Element element, std::string what) {
            warn(element, std::move(what));
        };
        std::size_t callees = 0;
        std::optional<Element> too_much;
        std::size_t left_out = 0;
        for (const Element noun : dial.children()) {
            if (noun.name() == Name::conference || noun.name() == Name::queue) return;
            if (callees == verbs::callees_max) {
                if (left_out++ == 0) too_much = noun;
            } else if (verbs::read_callee(noun, warner)) {
                ++callees;
            }
        }
        if (too_much) warn(*too_much, verbs::too_many_callees(left_out));
        const bool is_empty = dial.children().empty() && dial.text().empty();  // the reader's
        if (dial.children().empty() && !is_empty) verbs::read_callee_of_text(dial, warner);
    }

    template <typename Kind>
    void look_at_room(Element element, std::string_view what)
    {
        const std::string_view text = element.text();
        if (text.empty() || !Kind::of(text).empty()) return;
        warn(element, fmt::format("{}: \"{}\" cannot be the name of a {}",
                                  twiml::name(element.name()), printable(text), what));
    }

    void look_at_record(Element record)
    {
        if (record.has(Attribute::action)) return;
        warn(record,
             "Record without an action asks for this document again, and records again: give it an "
             "action");
    }

    // What stands after a verb that the document never comes back from.
    void look_at_order(const twiml::Document& document)
    {
        const auto verbs = document.verbs();
        for (auto verb = verbs.begin(); verb != verbs.end(); ++verb) {
            if (!ends_document(*verb)) continue;
            auto next = verb;
            if (++next == verbs.end()) return;
            return warn(*next, fmt::format("{} is never performed, nor is what follows: the {} in "
                                           "line {} ends the document",
                                           twiml::name((*next).name()), twiml::name((*verb).name()),
                                           (*verb).line()));
        }
    }

    static bool ends_document(Element verb)
    {
        switch (verb.name()) {
            case Name::hangup:
            case Name::redirect:
            case Name::reject:
            case Name::pay: return true;
            case Name::connect:
            case Name::dial:
            case Name::enqueue:
            case Name::refer:
            case Name::sms:
                return verb.has(Attribute::action) &&
                       verbs::flaw_of_url(verb, Attribute::action, resolve).empty();
            default: return false;
        }
    }

    const net::AddressPolicy& policy_;
    std::vector<twiml::Remark> remarks_;
};

}  // namespace

std::vector<twiml::Remark> foresee(const twiml::Document& document,
                                   const net::AddressPolicy& policy)
{
    return Foresight(policy).run(document);
}

}  // namespace pivot::execute
