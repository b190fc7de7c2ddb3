#include "exchange/shown_document.hpp"

namespace pivot::exchange {

ShownDocument::ShownDocument(const twiml::Document& document)
    : warnings_(twiml::breaches(document.warnings()))
{
    twiml::append_verbs(verbs_, document);
}

}  // namespace pivot::exchange
