# P10 PCI 3.6.1, 3.7.4: Keys of encrypted card numbers managed.
package daylight.pci.p10

import rego.v1

import data.daylight.lib

hits contains {"object": field.path, "message": "encrypted PAN without key reference or cryptoperiod"} if {
	some field in lib.fields
	lib.is_pan(field)
	field.storage == "strong-crypto"
	not managed(field.field.storage)
}

managed(storage) if {
	not lib.is_empty(object.get(storage, "keyRef", ""))
	storage.cryptoperiodDays > 0
}
