#!/bin/sh
# A browser for the browser tests: Debian's Chromium through apt where that can be had.
# Where none can be had, the tests say so in their last lines (and fail if CI is set).
for name in chromium chromium-browser google-chrome; do
	command -v "$name" >/dev/null 2>&1 && exit 0
done
command -v apt-get >/dev/null 2>&1 || exit 0
if [ "$(id -u)" = 0 ]; then
	as_root=""
elif sudo -n true 2>/dev/null; then
	as_root="sudo -n"
else
	exit 0
fi
echo "installing Chromium for the browser tests"
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -qq >/dev/null 2>&1
$as_root apt-get install -y -qq chromium fonts-noto-cjk >/dev/null 2>&1 || true
