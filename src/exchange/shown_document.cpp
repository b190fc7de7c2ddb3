#include "exchange/shown_document.hpp"

namespace pivot {

ShownDocument::ShownDocument(const twiml::Document& document)
    : warnings_(twiml::breaches(document.warnings()))
{
    twiml::append_verbs(verbs_, document);
}

}  // namespace pivot
