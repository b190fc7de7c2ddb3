// A program that the operator has set, with its arguments. Names in braces stand for what it is to
// do: `["espeak-ng", "-v{language}", "-w", "{file}", "-f", "{text_file}"]`. No shell reads it.
//
// Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pivot::media {

struct Placeholder {
    std::string_view name;
    std::string_view value;
};

// An argument with a placeholder whose value is empty is left out. One that begins with a value
// gets a blank before a `-`, so that what a document says cannot be an option.
std::vector<std::string> filled_in(std::span<const std::string> command,
                                   std::span<const Placeholder> placeholders);

// Whether an argument has this name in braces.
bool mentions(std::span<const std::string> command, std::string_view name);

// What is wrong with an argument if there are these names: a sentence. Empty if nothing is.
std::string objection_to(std::string_view argument, std::span<const std::string_view> names);

inline constexpr std::string_view speech_names[] = {"text",     "text_file", "voice",
                                                    "language", "engine",    "file"};

inline constexpr std::string_view conversion_names[] = {"file", "output", "rate"};

inline constexpr std::string_view recording_names[] = {"file", "output", "format", "trim"};

}  // namespace pivot::media
