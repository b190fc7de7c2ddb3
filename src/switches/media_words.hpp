// Describes media for logs and transcripts.
#pragma once

#include <pivot/channel.hpp>

#include <string>

namespace pivot::switches {

// `the tone 500,100,440`, `the hold music jazz`
std::string words_for(const Media& media);

}  // namespace pivot::switches
