# P05 PCI 3.5.1.2: Disk encryption is not enough.
package daylight.pci.p05

import rego.v1

import data.daylight.lib

hits contains {"object": field.path, "message": "disk/partition encryption alone does not render PAN unreadable"} if {
	some field in lib.fields
	lib.is_pan(field)
	field.storage == "disk-encryption"
}
