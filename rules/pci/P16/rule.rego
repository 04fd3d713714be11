# P16 PCI 12.5.2: Card data carries the tag.
package daylight.pci.p16

import rego.v1

import data.daylight.lib

hits contains {"object": lib.id, "message": "cardholder data detected but app is not tagged PCI-DSS"} if {
	lib.has_card_data
	not "PCI-DSS" in lib.tags
}
