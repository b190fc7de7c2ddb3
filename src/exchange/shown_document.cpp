#include "exchange/shown_document.hpp"

namespace pivot::exchange {

ShownDocument::ShownDocument(const twiml::Document& document)
    : warnings_(twiml::breaches(document.warnings())),
      has_unknown_verbs_(document.has_unknown_verbs())
{
    if (document.unknown_element() != nullptr) {
        unknown_ = twiml::breach(*document.unknown_element());
    }
    twiml::append_verbs(verbs_, document);
}

}  // namespace pivot::exchange
