// The admin listener of `pivot serve`, on a thread of its own, so that no scrape can delay a call.
#pragma once

#include "pivot/serve/admin/admin_pages.hpp"
#include "pivot/serve/service/http_thread.hpp"
#include "pivot/serve/service/log.hpp"
#include "pivot/serve/settings/admin_settings.hpp"

#include <memory>
#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace pivot::tools {

class Admin {
public:
    // Binds the addresses. The error is a sentence.
    static tl::expected<std::unique_ptr<Admin>, std::string> open(const AdminSettings& settings,
                                                                  Log& log);

    std::vector<std::string> own_listeners() const { return http_->own_listeners(); }

    // Begins to answer. `pages` outlives it. The error is a sentence.
    tl::expected<void, std::string> start(const AdminPages& pages);

    bool is_turning() { return http_->is_turning(); }

    // Logs the addresses. A token that was made here is logged once, as a link.
    void announce() const;

private:
    Admin(const AdminSettings& settings, std::unique_ptr<HttpThread> http, std::string why_none,
          Log& log);

    const std::string why_none_;  // where nobody has configured whether there is a listener
    const bool has_own_token_;    // the token was not configured
    const std::string token_;
    Log& log_;
    const std::unique_ptr<HttpThread> http_;
};

}  // namespace pivot::tools
