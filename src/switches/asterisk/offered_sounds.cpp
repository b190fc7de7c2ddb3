#include "switches/asterisk/offered_sounds.hpp"

#include "base/link_mac.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace pivot::switches::asterisk {

namespace {

constexpr std::string_view prefix = "/sounds/";

// Whether it stands for itself in a URL, and in a list of Asterisk's.
bool is_plain(std::string_view name)
{
    return std::ranges::all_of(
        name, [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '.'; });
}

}  // namespace

OfferedSounds::Offer::Offer(OfferedSounds& sounds, std::string name)
    : sounds_(sounds), name_(std::move(name))
{
    const std::scoped_lock lock(sounds_.mutex_);
    ++sounds_.offered_[name_];
}

OfferedSounds::Offer::~Offer()
{
    const std::scoped_lock lock(sounds_.mutex_);
    const auto offered = sounds_.offered_.find(name_);
    if (--offered->second == 0) sounds_.offered_.erase(offered);
}

std::string OfferedSounds::Offer::url() const
{
    const Settings& settings = sounds_.settings_;
    return fmt::format("{}{}{}/{}", settings.url, prefix, link_mac(name_, settings.key), name_);
}

std::optional<std::string> OfferedSounds::name_of(std::string_view path) const
{
    const std::string& folder = settings_.folder;
    const bool is_inside = path.starts_with(folder) && path.substr(folder.size()).starts_with('/');
    if (!is_inside) return std::nullopt;
    const std::string_view name = path.substr(folder.size() + 1);
    if (!is_plain(name)) return std::nullopt;
    return std::string(name);
}

std::optional<OfferedSounds::Sound> OfferedSounds::find(std::string_view target) const
{
    if (!target.starts_with(prefix)) return std::nullopt;
    target.remove_prefix(prefix.size());
    const std::string_view mac = take_until(target, '/');
    if (!is_link_mac(mac, target, settings_.key)) return std::nullopt;
    const std::scoped_lock lock(mutex_);
    if (!offered_.contains(target)) return std::nullopt;
    return Sound{fmt::format("{}/{}", settings_.folder, target), std::string(mac)};
}

}  // namespace pivot::switches::asterisk
