#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# markup - no page reads a text as markup or as a script: nodes come from dom.js alone, so what
# somebody typed stays text in whatever field it was typed. (A browser would be kept from running it
# by the policy of http_response.c; this is why it has nothing to run.)
set -eu

words='innerHTML|outerHTML|insertAdjacentHTML|setHTMLUnsafe|createContextualFragment|DOMParser|srcdoc'
words="$words|document\\.write|\\beval\\(|new Function|javascript:"
found=$(grep -nE "$words" common/web/*.html common/web/*.js common/web/pages/*.js ./*-node/web/*.html \
    ./*-node/web/*.js || true)
[ -z "$found" ] || { echo "$found"; echo "markup: build nodes with dom.js"; exit 1; }
