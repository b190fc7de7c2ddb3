// The table [api]: where `pivot serve` answers its customers' programs (docs/serve.md, "The API").
#pragma once

#include "base/json_breaches.hpp"
#include "base/json_reader.hpp"
#include "net/listen_address.hpp"
#include "net/tls.hpp"

#include <map>
#include <string>
#include <vector>

namespace pivot::tools {

struct ApiSettings {
    std::vector<net::ListenAddress> listen;  // if empty, there is no API
    net::TlsFiles tls;
    std::map<std::string, std::string> accounts;  // by token
};

// Reads the table `api`.
void read_api(json::ObjectReader& root, ApiSettings& settings, json::Breaches& breaches);

}  // namespace pivot::tools
