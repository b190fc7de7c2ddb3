#include "pivot/serve/settings/tls_settings.hpp"

#include "pivot/serve/settings/toml_files.hpp"

namespace pivot::tools {

void read_tls(json::ObjectReader& reader, net::TlsFiles& files)
{
    constexpr const char* certificate = "tls_certificate";
    constexpr const char* key = "tls_key";
    reader.text(certificate, files.certificate);
    reader.text(key, files.key);
    if (files.certificate.empty() && files.key.empty()) return;
    if (files.certificate.empty()) return reader.fail(key, "needs tls_certificate as well");
    if (files.key.empty()) return reader.fail(certificate, "needs tls_key as well");
    files.certificate = path_of_secret(files.certificate);
    files.key = path_of_secret(files.key);
    const auto context = net::TlsContext::open_server(files);
    if (!context) reader.fail(certificate, context.error());
}

}  // namespace pivot::tools
