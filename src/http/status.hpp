// The HTTP status codes that this tree sends or looks for, by the names of RFC 9110, section 15
// (429 and 431: RFC 6585).
#pragma once

namespace pivot::http::status {

inline constexpr int switching_protocols = 101;

inline constexpr int ok = 200;
inline constexpr int created = 201;
inline constexpr int accepted = 202;
inline constexpr int no_content = 204;

inline constexpr int not_modified = 304;

inline constexpr int bad_request = 400;
inline constexpr int unauthorized = 401;
inline constexpr int forbidden = 403;
inline constexpr int not_found = 404;
inline constexpr int method_not_allowed = 405;
inline constexpr int not_acceptable = 406;
inline constexpr int request_timeout = 408;
inline constexpr int conflict = 409;
inline constexpr int gone = 410;
inline constexpr int content_too_large = 413;
inline constexpr int uri_too_long = 414;
inline constexpr int expectation_failed = 417;
inline constexpr int misdirected_request = 421;
inline constexpr int too_many_requests = 429;
inline constexpr int header_fields_too_large = 431;

inline constexpr int internal_server_error = 500;
inline constexpr int not_implemented = 501;
inline constexpr int service_unavailable = 503;
inline constexpr int http_version_not_supported = 505;

}  // namespace pivot::http::status
