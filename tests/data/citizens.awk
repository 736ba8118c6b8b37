# SPDX-License-Identifier: Apache-2.0
#
# citizens - makes up citizens of all provinces and what they apply for; see README.md.
#
# Reads divisions.tsv and divisions_retired.tsv. Ages are those of the day `today`. Numbers come from a
# generator of its own, so that every awk writes the same files.

BEGIN {
    FS = "\t"
    today = 20261123
    seed = 461
    n_families = split("王 李 张 刘 陈 杨 赵 黄 周 吴 徐 孙 胡 朱 高 林 何 郭 马 罗 " \
        "欧阳 司马 诸葛 上官", families, " ")
    n_given = split("伟 芳 娜 敏 静 强 磊 洋 勇 艳 杰 涛 明 超 秀英 建国 丽华 " \
        "志强 晓燕 海波 玉兰 春梅 俊杰 雪琴", given, " ")
    n_roads = split("解放路 人民路 建设街 文化路 和平街 新华路 青年路 中山路 " \
        "学府路 长江路", roads, " ")
    # Registered in Xinjiang and in Tibet; in Chinese characters, and in their own script.
    n_uyghur = split("阿卜杜热合曼·买买提明·依明江尼亚孜 " \
        "艾克拜尔江·阿卜杜外力·玉苏普 " \
        "古丽巴哈尔·吾买尔江·斯拉木 " \
        "买买提艾力·托合提亚孜·阿不都热依木 " \
        "热依汗古丽·阿布都克热木 " \
        "努尔麦麦提·图尔荪托合提·艾则孜 " \
        "迪丽努尔·阿卜力克木·艾山江 " \
        "阿依古丽·阿布都热西提·麦提尼亚孜 " \
        "ئابدۇرېھىم·ئابلىز·مەمتىمىن " \
        "گۈلنار·ئەخمەتجان", uyghur, " ")
    n_tibetan = split("洛桑旦增·次仁多吉·格桑平措 索朗卓玛·德吉央宗·白玛曲珍 " \
        "次旺仁增·扎西顿珠·米玛次仁 " \
        "བློ་བཟང་རྒྱ་མཚོ·བསྟན་འཛིན " \
        "ཚེ་རིང་སྒྲོལ་མ·པདྨ་ཆོས་སྒྲོན", tibetan, " ")
    # Characters beyond the basic plane (extensions B, C, E, F and G).
    n_rare = split("𠮷田 张𬭎 王𰻝 李𡎚 刘𤩽 陈𫖮 赵𪚥𬬭", rare, " ")
}

FNR == 1 { file++ }

file == 1 {
    prefecture = $3 ~ /^市辖区$|^县$|直辖/ ? "" : $3
    place[$1] = $2 prefecture ($3 == $4 ? "" : $4)
    province = substr($1, 1, 2)
    if (!(province in count_of))
        provinces[++n_provinces] = province
    if ($1 != office && $1 != desk)
        division_of[province, ++count_of[province]] = $1
}

# Abolished ones that became one county, and not by a change of the code of their own.
file == 2 && $7 ~ /^[0-9]+$/ && $7 in place && !($1 in place) && !($1 in seen) {
    seen[$1] = 1
    retired[++n_retired] = $1
    successor[n_retired] = $7
}

function fail(text) {
    print "citizens.awk: " text > "/dev/stderr"
    failed = 1
    exit 1
}

function random(bound) {
    seed = seed * 16807 % 2147483647
    return seed % bound
}

function check_character(digits,    weights, sum, i) {
    split("7 9 10 5 8 4 2 1 6 3 7 9 10 5 8 4 2", weights, " ")
    for (i = 1; i <= 17; i++)
        sum += substr(digits, i, 1) * weights[i]
    return substr("10X98765432", sum % 11 + 1, 1)
}

# An odd sequence is a man's.
function number_of(prefix, birth, male,    key, digits) {
    key = prefix birth male
    digits = prefix birth sprintf("%03d", 100 + 2 * sequences[key]++ + male)
    return digits check_character(digits)
}

function age_of(birth) {
    return int(today / 10000) - int(birth / 10000) - (birth % 10000 > today % 10000)
}

function years_of(age) {
    return age < 16 ? 5 : age < 26 ? 10 : age < 46 ? 20 : 0
}

# UTF-16 units of UTF-8 text.
function units_of(text,    i, byte, units) {
    for (i = 1; i <= length(text); i++) {
        byte = substr(text, i, 1)
        units += byte < "\200" || byte >= "\300" ? 1 : 0
        units += byte >= "\360"
    }
    return units
}

function any_division(province) {
    return division_of[province, 1 + random(count_of[province])]
}

function any_birth(age_min, age_max,    year) {
    year = int(today / 10000) - 1 - age_min - random(age_max - age_min + 1)
    return year * 10000 + (1 + random(12)) * 100 + 1 + random(28)
}

function any_name() {
    return families[1 + random(n_families)] given[1 + random(n_given)]
}

# The citizen `c`, in good order, before a story changes what it is about.
function begin(story, division, birth,    age) {
    delete c
    age = age_of(birth)
    c["story"] = story
    c["male"] = random(2)
    c["division"] = division
    c["birth"] = birth
    c["number"] = number_of(division, birth, c["male"])
    c["name"] = any_name()
    c["group"] = "01"
    c["address"] = place[division] roads[1 + random(n_roads)] (1 + random(300)) "号"
    c["fingerprints"] = "yes"
    c["credit"] = "no"
    c["serial"] = sprintf("SYN%07d", ++n_cards)
    c["until"] = age < 46 ? 20261201 + random(30) : "long-term"
    c["kind"] = "RENEWAL"
    c["reason"] = age < 46 ? "EXPIRING" : "DETAILS_CHANGED"
}

# A field in quotation marks is as good as one without.
function quoted(text) {
    return random(7) == 0 ? "\"" text "\"" : text
}

function write_citizen() {
    printf "%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s\n", c["number"], quoted(c["name"]),
        c["male"] ? "male" : "female", c["group"], random(5) == 0 ? "" : c["birth"],
        quoted(c["address"]), c["division"], c["fingerprints"], c["credit"], c["serial"],
        c["serial"] == "" ? "" : c["until"], c["deceased"], c["replaced_by"], c["duplicate"],
        c["present"], c["lost"], c["photo"] >citizens
}

function write_application(    warnings) {
    if (units_of(c["name"]) > 15)
        warnings = "NAME_BEYOND_CHIP"
    if (units_of(c["address"]) > 35)
        warnings = warnings (warnings == "" ? "" : " ") "ADDRESS_BEYOND_CHIP"
    printf "%s,%s,%s,%s,%s,%s,%s,%s,%s,%s\n", c["story"], c["number"], c["kind"], c["reason"],
        c["change"], c["guardian"], years_of(age_of(c["birth"])), c["refusal"], c["findings"],
        c["refusal"] == "" ? warnings : "" >applications
}

function end() {
    if (!(c["division"] in place))
        fail("no division " c["division"])
    write_citizen()
    write_application()
}

function ordinary(    i, k, group) {
    for (i = 1; i <= n_provinces; i++)
        for (k = 0; k < 6; k++) {
            begin("ordinary", any_division(provinces[i]), any_birth(18, 80))
            if (k % 2 == 1)
                c["group"] = sprintf("%02d", group++ % 56 + 1)
            if (k == 5) {
                c["kind"] = "REPLACEMENT"
                c["reason"] = "LOST"
                c["lost"] = "yes"
            }
            end()
        }
}

# On the day, the day before, and the day after.
function boundaries(    ages, i, k, day, days, n, birth) {
    n = split("16 18 26 46", ages, " ")
    split("1122 1123 1124", days, " ")
    for (i = 1; i <= n; i++)
        for (day = 1; day <= 3; day++)
            for (k = 0; k < 2; k++) {
                birth = (2026 - ages[i]) * 10000 + days[day]
                begin("boundary-" ages[i], any_division(provinces[1 + random(n_provinces)]), birth)
                c["until"] = 20261201
                c["reason"] = "EXPIRING"
                if (age_of(birth) < 16)
                    c["guardian"] = adult
                end()
            }
    begin("leap-day", desk, 20080229)
    end()
}

function retired_prefixes(    k, i) {
    for (k = 0; k < 32; k++) {
        i = 1 + random(n_retired)
        begin("retired-prefix", successor[i] == office ? desk : successor[i], any_birth(25, 75))
        c["number"] = number_of(retired[i], c["birth"], c["male"])
        end()
    }
    # The form names the division of the number, which is no more.
    for (k = 0; k < 3; k++) {
        i = 1 + random(n_retired)
        begin("registered-in-retired", successor[i], any_birth(40, 75))
        c["number"] = number_of(retired[i], c["birth"], c["male"])
        c["change"] = "registration_division=" retired[i]
        c["refusal"] = "DIVISION_UNKNOWN"
        end()
    }
}

function names(    i) {
    for (i = 1; i <= n_rare; i++) {
        begin("rare-character", i % 2 ? desk : any_division("35"), any_birth(18, 60))
        c["name"] = rare[i]
        end()
    }
    for (i = 1; i <= n_uyghur; i++) {
        begin("long-name", i % 4 ? any_division("65") : desk, any_birth(18, 60))
        c["name"] = uyghur[i]
        c["group"] = "05"
        end()
    }
    for (i = 1; i <= n_tibetan; i++) {
        begin("long-name", i % 4 ? any_division("54") : desk, any_birth(18, 60))
        c["name"] = tibetan[i]
        c["group"] = "04"
        end()
    }
    for (i = 1; i <= 6; i++) {
        begin("long-address", i % 3 ? any_division("15") : desk, any_birth(18, 60))
        c["address"] = c["address"] "幸福家园南区第二十三号楼东单元一千二百零三室"
        c["address"] = c["address"] "（原供销社家属院旧址）"
        end()
    }
}

# The adult is their guardian; an adult without a story of its own.
function minors(    k) {
    for (k = 0; k < 20; k++) {
        begin("minor", k % 4 ? any_division(provinces[1 + random(n_provinces)]) : desk, any_birth(1, 14))
        c["guardian"] = adult
        c["until"] = 20261215
        if (k % 5 == 4) {
            c["story"] = "minor-alone"
            c["guardian"] = ""
            c["refusal"] = "GUARDIAN_MISSING"
        }
        end()
    }
}

# At the desk's division and elsewhere, so that some go all the way through offices.
function begin_at(story, k) {
    begin(story, k % 2 ? desk : any_division(provinces[1 + random(n_provinces)]), any_birth(18, 70))
}

function records(    k, first) {
    for (k = 0; k < 6; k++) {
        begin_at("deceased", k)
        c["deceased"] = 20250101 + random(28)
        c["findings"] = "DECEASED"
        end()
        begin_at("bad-credit", k)
        c["credit"] = "yes"
        c["findings"] = "BAD_CREDIT"
        end()
        begin_at("duplicate-number", k)
        c["duplicate"] = "yes"
        c["findings"] = "DUPLICATE_NUMBER"
        end()
        begin_at("no-photo", k)
        c["photo"] = "no"
        c["findings"] = "NO_PHOTO_ON_FILE"
        end()
        begin_at("no-card-yet", k)
        c["serial"] = ""
        c["findings"] = "FIRST_APPLICATION"
        end()
        begin_at("moved", k)
        c["present"] = any_division("51")
        c["findings"] = "REGISTRATION_MOVED"
        end()
        begin_at("lost-card-shown", k)
        c["lost"] = "yes"
        c["findings"] = "CARD_REPORTED_LOST"
        end()
        begin_at("changed-without-fingerprints", k)
        c["fingerprints"] = "no"
        c["change"] = "appearance_changed=yes"
        c["findings"] = "APPEARANCE_WITHOUT_FINGERPRINTS"
        end()
        begin_at("changed", k)
        c["change"] = "appearance_changed=yes"
        c["findings"] = "APPEARANCE_CHANGED"
        end()
        # Two lines: the former number, and the one that is valid now.
        begin_at("number-corrected", k)
        first = c["number"]
        c["replaced_by"] = number_of(c["division"], c["birth"] - 10000, c["male"])
        c["findings"] = "NUMBER_CORRECTED"
        end()
        c["story"] = "corrected-number"
        c["number"] = c["replaced_by"]
        c["birth"] -= 10000
        c["serial"] = sprintf("SYN%07d", ++n_cards)
        c["replaced_by"] = c["findings"] = ""
        end()
        if (first == c["number"])
            fail("a number was replaced by itself")
    }
}

# What the form says is not what the record says.
function mistakes(    k) {
    for (k = 0; k < 3; k++) {
        begin_at("other-name", k)
        c["change"] = "name=王错名"
        c["findings"] = "DETAILS_DIFFER"
        end()
        begin_at("other-group", k)
        c["change"] = "ethnic_group=11"
        c["findings"] = "DETAILS_DIFFER"
        end()
        begin_at("other-address", k)
        c["change"] = "address=" place[c["division"]] "和平街0号"
        c["findings"] = "ADDRESS_DIFFERS"
        end()
        begin_at("other-province", k)
        c["change"] = "address=" place[c["division"] ~ /^11/ ? "310101" : "110101"] "和平街1号"
        c["findings"] = "ADDRESS_OF_ANOTHER_PROVINCE"
        end()
        begin_at("other-division", 0)
        c["change"] = "registration_division=" (c["division"] == "110101" ? "110102" : "110101")
        c["findings"] = "REGISTERED_ELSEWHERE"
        end()
        begin("moved-and-told", desk, any_birth(18, 70))
        c["present"] = "440106"
        c["change"] = "registration_division=440106"
        end()
        begin_at("all-wrong", k)
        c["credit"] = "yes"
        c["photo"] = "no"
        c["deceased"] = today
        c["change"] = "name=王错名"
        c["findings"] = "DETAILS_DIFFER BAD_CREDIT DECEASED NO_PHOTO_ON_FILE"
        end()
        begin_at("first", k)
        c["serial"] = ""
        c["kind"] = "FIRST"
        c["refusal"] = "FIRST_APPLICATION_ELSEWHERE"
        end()
        begin_at("registered-here", k)
        c["change"] = "registration_division=" office
        c["refusal"] = "NOT_ELSEWHERE"
        end()
    }
    # Numbers that were never issued: no citizen bears them.
    for (k = 0; k < 5; k++) {
        begin_at("never-issued", k)
        c["change"] = "name=王无名;address=和平街2号;registration_division=" c["division"]
        c["findings"] = "NOT_ON_FILE"
        c["name"] = c["address"] = ""
        write_application()
    }
}

END {
    if (failed)
        exit 1
    citizens = folder "/citizens.csv"
    applications = folder "/applications.csv"
    print "citizen_number,name,sex,ethnic_group,birth_date,address,registration_division," \
        "fingerprints_on_file,bad_credit,card_serial,card_valid_until,deceased_on,number_replaced_by," \
        "duplicate_number,present_division,card_reported_lost,photo_on_file" >citizens
    print "story,citizen_number,kind,reason,change,guardian,years,refusal,findings,warnings" >applications
    begin("guardian", desk, 19800315)
    adult = c["number"]
    end()
    ordinary()
    boundaries()
    retired_prefixes()
    names()
    minors()
    records()
    mistakes()
}
