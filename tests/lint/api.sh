#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# api - the page about the commands is the one that proto/ gives (`make docs` writes it anew); each
# command says what it is answered with and has an example that holds every bound.
set -eu

make_api=${BUILD:-build}/web/make-api
examples=common/web/api/examples.json
"$make_api" check "$examples"
"$make_api" markdown "$examples" | diff -u deploy/API.md -
