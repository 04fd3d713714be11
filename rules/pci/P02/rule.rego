# P02 PCI 3.3.2: Authentication data encrypted before authorisation.
package daylight.pci.p02

import rego.v1

import data.daylight.lib

hits contains {"object": field.path, "message": "pre-authorisation SAD not encrypted with strong cryptography"} if {
	some field in lib.fields
	lib.is_authentication(field)
	field.field.transient == true
	field.storage != "strong-crypto"
}
