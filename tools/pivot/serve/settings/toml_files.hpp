// TOML files, merged into the JSON that settings are read from.
//
//     pivot.toml ─┐
//     conf.d/…    ├─► one table ─► JSON ─► settings, or errors at JSON pointers
//     options    ─┘                                        │
//                 file:line:column ◄── where each key is ◄─┘
//
// A later file adds to the tables of an earlier one, and replaces all else. Secrets may be in files
// of their own: `key_file` in place of `key`.
#pragma once

#include <pivot/failure.hpp>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace pivot::tools {

// A setting of the command line, which goes before all files.
struct Override {
    std::string option;  // `--url`
    std::string table;   // empty: the top one
    std::string key;
    std::string value;
};

struct MergedToml {
    std::string json;
    std::string shown;  // as TOML, without secrets

    // By JSON pointer: `pivot.toml:12:3` of the key, or the option.
    std::map<std::string, std::string, std::less<>> places;

    // `pivot.toml:12:3: policy.alow: is not a setting: did you mean policy.allow?`
    std::string message(const Breach& breach) const;
};

// The errors are lines that begin with their place.
tl::expected<MergedToml, std::vector<std::string>> merge_toml(
    const std::vector<std::string>& files, const std::vector<Override>& overrides);

// `pivot.toml` in this folder, then those of `conf.d` by name. None has to be there.
std::vector<std::string> toml_files_of(const std::string& folder);

// Where a file with a secret is: a relative name is that of a file in $CREDENTIALS_DIRECTORY, if
// systemd has set it.
std::string path_of_secret(const std::string& path);

}  // namespace pivot::tools
