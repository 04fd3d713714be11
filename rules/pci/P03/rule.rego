# P03 PCI 3.5.1: Card numbers unreadable where stored.
package daylight.pci.p03

import rego.v1

import data.daylight.lib

hits contains {"object": field.path, "message": "PAN readable where stored"} if {
	some field in lib.fields
	lib.is_pan(field)
	not field.storage in {"keyed-hash", "hash", "truncation", "token", "strong-crypto", "disk-encryption"}
}
