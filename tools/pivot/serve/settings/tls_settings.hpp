// The certificate and key of a listener.
#pragma once

#include "base/json_reader.hpp"
#include "net/tls.hpp"

namespace pivot::tools {

// Reads `tls_certificate` and `tls_key` from a listener's table, and tries the files.
void read_tls(json::ObjectReader& reader, net::TlsFiles& files);

}  // namespace pivot::tools
