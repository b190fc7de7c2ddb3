#include "net/tls_identity.hpp"

#include "base/pass_on.hpp"

#include <utility>

#include <fmt/format.h>

namespace pivot::net {

TlsIdentity::TlsIdentity(const TlsFiles& files)
    : files_(files), certificate_(files.certificate), key_(files.key)
{
}

tl::expected<std::unique_ptr<TlsIdentity>, std::string> TlsIdentity::open(const TlsFiles& files)
{
    std::unique_ptr<TlsIdentity> identity(new TlsIdentity(files));
    auto context = TlsContext::open_server(files);
    if (!context) return pass_on(context);
    identity->context_ = std::move(*context);
    return identity;
}

TlsContext& TlsIdentity::context(Nanoseconds now, const Log& log)
{
    const bool is_new = certificate_.has_changed(now);
    const bool has_new_key = key_.has_changed(now);
    if (!is_new && !has_new_key) return *context_;
    auto renewed = TlsContext::open_server(files_);
    if (renewed) {
        context_ = std::move(*renewed);
        if (log) log(LogLevel::info, "", "uses the new certificate in " + files_.certificate);
    } else if (log) {
        log(LogLevel::warning, "",
            fmt::format("the certificate stays as it was: {}", renewed.error()));
    }
    return *context_;
}

}  // namespace pivot::net
