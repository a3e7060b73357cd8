#!/bin/sh
# dracut without systemd sources this first of all hooks: before rd.driver.pre, before udev.
/usr/lib/passthru-doctor/passthru-early-bind < /dev/null || :
