// The certificate of a listener, and its key.
#pragma once

#include "base/json_reader.hpp"
#include "net/tls.hpp"

namespace pivot::tools {

// Reads `tls_certificate` and `tls_key` of a table that has a listener, and tries the files.
void read_tls(json::ObjectReader& reader, net::TlsFiles& files);

}  // namespace pivot::tools
