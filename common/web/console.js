// SPDX-License-Identifier: Apache-2.0
// Says whether the office is at work.
"use strict";

async function tell() {
    const standing = document.getElementById("standing");
    try {
        const answer = await fetch("/readyz", { cache: "no-store" });
        standing.textContent = answer.ok ? "本机关工作正常" : "本机关暂停办理业务";
    } catch {
        standing.textContent = "无法连接";
    }
}

tell();
