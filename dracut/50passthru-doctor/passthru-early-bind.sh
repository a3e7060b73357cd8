#!/bin/sh
# dracut without systemd sources this before it starts udev and before rd.driver.pre.
/usr/lib/passthru-doctor/passthru-early-bind < /dev/null || :
