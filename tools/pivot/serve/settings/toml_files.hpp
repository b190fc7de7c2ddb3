// TOML files, merged into the JSON from which settings are read.
//
//     pivot.toml ─┐
//     conf.d/…    ├─► one table ─► JSON ─► settings, or errors at JSON pointers
//     options    ─┘                                        │
//                 file:line:column ◄── where each key is ◄─┘
//
// A later file adds to the tables of an earlier one, and replaces all other values. Secrets may be
// in files of their own: `key_file` in place of `key`.
#pragma once

#include <pivot/failure.hpp>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace pivot::tools {

// A setting of the command line, which takes precedence over all files.
struct Override {
    std::string option;  // `--url`
    std::string table;   // if empty, the root table
    std::string key;
    std::string value;
};

struct MergedToml {
    std::string json;
    std::string shown;  // as TOML, without secrets

    // By JSON pointer: `pivot.toml:12:3` for a key, or the option.
    std::map<std::string, std::string, std::less<>> places;

    // `pivot.toml:12:3: policy.alow: is not a setting: did you mean policy.allow?`
    std::string message(const Breach& breach) const;
};

// Errors are lines that begin with their place.
tl::expected<MergedToml, std::vector<std::string>> merge_toml(
    const std::vector<std::string>& files, const std::vector<Override>& overrides);

// `pivot.toml` in this folder, then the files in its `conf.d` by name. None of them has to exist.
std::vector<std::string> toml_files_of(const std::string& folder);

// The path of a file with a secret. A relative name is that of a file in $CREDENTIALS_DIRECTORY, if
// systemd has set it.
std::string path_of_secret(const std::string& path);

}  // namespace pivot::tools
