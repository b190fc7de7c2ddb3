#include "base/base64.hpp"

#include <cstddef>

#include <openssl/evp.h>

namespace pivot::inline base {

void append_base64(std::string& out, std::string_view bytes)
{
    const std::size_t begin = out.size();
    out.resize(begin + (bytes.size() + 2) / 3 * 4 + 1);
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data() + begin),
                    reinterpret_cast<const unsigned char*>(bytes.data()),
                    static_cast<int>(bytes.size()));
    out.pop_back();  // the terminator
}

}  // namespace pivot::inline base
