#include "media/cache.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace pivot::media {

namespace {

constexpr std::string_view prefix = "pivot-";

void remove_left(const std::string& folder)
{
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
        if (!entry.path().filename().string().starts_with(prefix)) continue;
        std::filesystem::remove(entry.path(), ignored);
    }
}

// A switch that runs as somebody else may read it, if it may enter the folder.
tl::expected<void, std::string> write(const std::string& path, std::string_view bytes)
{
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    bool is_written = file >= 0;
    while (is_written && !bytes.empty()) {
        const ssize_t count = ::write(file, bytes.data(), bytes.size());
        is_written = count > 0;
        if (is_written) bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    const int error = errno;
    if (file >= 0) ::close(file);
    if (is_written) return {};
    ::unlink(path.c_str());
    return tl::unexpected(fmt::format("{} cannot be written: {}", path, std::strerror(error)));
}

}  // namespace

Cache::Cache(std::string folder, std::size_t bytes_max)
    : folder_(std::move(folder)), bytes_max_(bytes_max)
{
    remove_left(folder_);
}

FileLease Cache::find_fresh(std::string_view key, Nanoseconds now)
{
    const std::scoped_lock lock(mutex_);
    const Sound* const sound = ask_for(key);
    const bool is_fresh = sound != nullptr && now < sound->fresh_until;
    return is_fresh ? sound->file : nullptr;
}

const Cache::Sound* Cache::find(std::string_view key)
{
    const std::scoped_lock lock(mutex_);
    return ask_for(key);
}

Cache::Sound* Cache::ask_for(std::string_view key)
{
    const auto place = by_key_.find(key);
    if (place == by_key_.end()) return nullptr;
    sounds_.splice(sounds_.end(), sounds_, place->second);
    return &*place->second;
}

std::string Cache::new_path(std::string_view ending)
{
    return fmt::format("{}/{}{}{}", folder_, prefix, ++files_, ending);
}

tl::expected<std::string, std::string> Cache::write(std::string_view bytes, std::string_view ending)
{
    std::string path = new_path(ending);
    if (auto written = media::write(path, bytes); !written) return tl::unexpected(written.error());
    return path;
}

tl::expected<FileLease, std::string> Cache::adopt(const std::string& key, std::string path,
                                                  std::size_t bytes, Freshness freshness,
                                                  Nanoseconds now)
{
    std::vector<std::string> removed;
    auto adopted = adopt(key, std::move(path), bytes, std::move(freshness), now, removed);
    for (const std::string& gone : removed) ::unlink(gone.c_str());  // nobody waits for the disk
    return adopted;
}

tl::expected<FileLease, std::string> Cache::adopt(const std::string& key, std::string path,
                                                  std::size_t bytes, Freshness freshness,
                                                  Nanoseconds now,
                                                  std::vector<std::string>& removed)
{
    const std::scoped_lock lock(mutex_);
    retire(key);
    if (!make_room(bytes, removed)) {
        removed.push_back(std::move(path));
        return tl::unexpected(
            fmt::format("there is no room for it: {} bytes of sounds are being played, and "
                        "media.cache_bytes_max is {}",
                        bytes_, bytes_max_));
    }
    bytes_ += bytes;
    const bool is_kept = freshness.may_be_kept;
    auto file = std::make_shared<const File>(File{std::move(path), bytes});
    const auto place = sounds_.insert(is_kept ? sounds_.end() : sounds_.begin(),
                                      {is_kept ? key : std::string(), std::move(file), {}, 0});
    if (is_kept) {
        by_key_.emplace(key, place);
        set_freshness(key, std::move(freshness), now);
    }
    return place->file;
}

void Cache::renew(std::string_view key, Freshness freshness, Nanoseconds now)
{
    const std::scoped_lock lock(mutex_);
    set_freshness(key, std::move(freshness), now);
}

void Cache::set_freshness(std::string_view key, Freshness freshness, Nanoseconds now)
{
    if (!freshness.may_be_kept) return retire(key);
    Sound& sound = *by_key_.find(key)->second;
    sound.fresh_until = now + std::chrono::nanoseconds(freshness.lifetime).count();
    if (freshness.etag.empty()) freshness.etag = std::move(sound.freshness.etag);
    if (freshness.last_modified.empty()) {
        freshness.last_modified = std::move(sound.freshness.last_modified);
    }
    sound.freshness = std::move(freshness);
}

// Removes as well what nobody is given or has any more.
bool Cache::make_room(std::size_t bytes, std::vector<std::string>& removed)
{
    auto sound = sounds_.begin();
    while (sound != sounds_.end() && (sound->key.empty() || bytes_ + bytes > bytes_max_)) {
        const bool is_played = sound->file.use_count() > 1;
        if (!is_played) removed.push_back(sound->file->path);
        sound = is_played ? std::next(sound) : remove(sound);
    }
    return bytes_ + bytes <= bytes_max_;
}

Cache::Sounds::iterator Cache::remove(Sounds::iterator sound)
{
    bytes_ -= sound->file->size_bytes;
    if (!sound->key.empty()) by_key_.erase(sound->key);
    return sounds_.erase(sound);
}

void Cache::retire(std::string_view key)
{
    const auto place = by_key_.find(key);
    if (place == by_key_.end()) return;
    const auto sound = place->second;
    by_key_.erase(place);
    sound->key.clear();
    sounds_.splice(sounds_.begin(), sounds_, sound);
}

}  // namespace pivot::media
