# G10 GDPR 32(1)(a): Special categories encrypted at rest.
package daylight.gdpr.g10

import rego.v1

import data.daylight.lib

hits contains {"object": field.path, "message": "special-category field not encrypted at rest"} if {
	some field in lib.fields
	lib.is_special(field)
	not field.storage in {"strong-crypto", "token"}
}
