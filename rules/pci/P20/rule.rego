# P20 PCI 12.5.1, 12.5.2: Scope confirmed every year.
package daylight.pci.p20

import rego.v1

import data.daylight.lib

hits contains {"object": lib.id, "message": "in-scope app has no owner or last scope confirmation older than 12 months"} if {
	lib.has_card_data
	not confirmed
}

confirmed if {
	not lib.missing("owner")
	lib.is_recent(lib.metadata.scopeConfirmedDay)
}
