# P17 PCI 12.5.2: Tag without card data.
package daylight.pci.p17

import rego.v1

import data.daylight.lib

hits contains {"object": lib.id, "message": "tagged PCI-DSS without cardholder data: scope-reduction candidate"} if {
	"PCI-DSS" in lib.tags
	not lib.has_card_data
}
