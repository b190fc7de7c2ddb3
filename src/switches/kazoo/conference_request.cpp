#include "switches/kazoo/conference_request.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>
#include <openssl/evp.h>

namespace pivot::switches::kazoo {

namespace {

// What KAZOO plays until the conference begins.
std::string music_of(const Media& media)
{
    if (media.empty()) return "silence_stream://-1";
    const bool is_named = media.kind() == Media::Kind::url || media.kind() == Media::Kind::name ||
                          media.kind() == Media::Kind::hold_music;
    return is_named && !media.what().empty() ? media.what() : "$${hold_music}";
}

std::string profile_of(const Conference& conference, std::int64_t members_max)
{
    Body profile;
    profile.add("caller-controls", "default").add("moderator-controls", "default");
    profile.add("comfort-noise", std::int64_t{1'000}).add("energy-level", std::int64_t{20});
    profile.add("interval", std::int64_t{20}).add("rate", std::int64_t{16'000});
    profile.add("max-members", members_max).add("moh-sound", music_of(conference.hold_music));
    if (!conference.is_moderator) profile.add("conference-flags", "wait-mod");
    if (conference.ends_with_caller) profile.add("member-flags", "endconf");
    return profile.take();
}

std::string role_of(const Conference& conference)
{
    Body role;
    role.add("join_muted", conference.is_muted).add("join_deaf", false);
    role.add("play_name", false).add("play_entry_prompt", conference.beeps_on_enter);
    return role.take();
}

std::string document_of(const CallIdentity& call, const Conference& conference)
{
    constexpr std::int64_t least = 3;  // KAZOO takes no other numbers
    constexpr std::int64_t most = 40;
    const std::int64_t members_max =
        conference.members_max == 0 ? most
                                    : std::clamp<std::int64_t>(conference.members_max, least, most);
    const std::string id = conference_id(conference.room);
    const std::string role = role_of(conference);
    Body document;
    document.add("name", id).add("id", id).add("play_welcome", conference.plays_welcome);
    document.add("play_entry_tone", conference.beeps_on_enter);
    document.add("play_exit_tone", conference.beeps_on_exit);
    document.add_json("member", conference.is_moderator ? "{}" : role);
    document.add_json("moderator", conference.is_moderator ? role : "{}");
    document.add("require_moderator", !conference.is_moderator);
    document.add("wait_for_moderator", true).add("max_participants", members_max);
    document.add("profile_name", conference.profile.empty()
                                     ? fmt::format("{}_{}", id, call.account_id)
                                     : conference.profile.text());
    document.add_json("profile", profile_of(conference, members_max));
    return document.take();
}

}  // namespace

std::string conference_id(const RoomName& room)
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    EVP_Digest(room.text().data(), room.text().size(), digest.data(), &size, EVP_md5(), nullptr);
    std::string id;
    for (unsigned i = 0; i < size; ++i) id += fmt::format("{:02x}", digest[i]);
    return id;
}

Publication conference_request(const Frame& frame, const CallIdentity& call,
                               const Conference& conference)
{
    Body body = envelope_of(frame, "conference", "discovery_req");
    const std::string id = conference_id(conference.room);
    body.add_json("Call", call.call_object).add("Conference-ID", id).add("Conference-Name", id);
    body.add_json("Conference-Doc", document_of(call, conference));
    body.add("Moderator", conference.is_moderator);
    Publication request;
    request.exchange = "conference";
    request.routing_key = "conference.discovery";
    request.body = body.take();
    return request;
}

}  // namespace pivot::switches::kazoo
