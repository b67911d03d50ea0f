# Set-up shared by deployment/demo, deployment/test and deployment/ckan: Debian packages, the Python
# environment, Solr's jars. Source it, then call `bootstrap` (add `browser` for tests with Chromium).
# Every step is skipped when its result is already there.

set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
VENV="$ROOT/var/venv"
export PYTHONUTF8=1 LANG=C.UTF-8 PYTHONPATH="$ROOT/deployment"

say() { printf '▸ %s · %s\n' "$1" "$2"; }

fail() {
    printf '\n错误：%s\nError: %s\n' "$1" "$2" >&2
    exit 1
}

# run LOG ZH EN COMMAND...: keep the output in a log; on failure show its end and the remedy.
run() {
    local log="$ROOT/var/log/$1.log" zh=$2 en=$3
    shift 3
    mkdir -p "$ROOT/var/log"
    if ! "$@" >"$log" 2>&1; then
        tail -n 8 "$log" >&2
        if grep -qiE 'no space left' "$log"; then
            fail "磁盘已满。请清理磁盘（df -h）后重试。" "the disk is full. Free some space (df -h) and try again."
        fi
        fail "$zh 详情见 $log。" "$en See $log."
    fi
}

# The name of the demonstration site: a folder of var/ that nothing else uses.
demo_instance() {
    local name=${NX_DEMO_INSTANCE-demo}
    case "$name" in
    venv | log | solr | stamps | test | test-*) ;;
    *)
        if [[ "$name" =~ ^[A-Za-z0-9][A-Za-z0-9_-]*$ ]]; then
            echo "$name"
            return
        fi
        ;;
    esac
    fail "NX_DEMO_INSTANCE 不能是“$name”：请用字母、数字、下划线和连字符，并避开 test、venv、log、solr、stamps。" \
        "NX_DEMO_INSTANCE cannot be '$name': use letters, digits, _ and -, but not test, venv, log, solr or stamps."
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        fail "需要管理员权限来安装软件包。请用 root 运行一次，或安装 sudo。" \
            "installing packages needs root. Run this once as root, or install sudo."
    fi
}

find_python() {
    local candidate
    for candidate in python3.11 python3.12 python3.13 python3; do
        if command -v "$candidate" >/dev/null &&
            "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
}

missing_packages() {
    compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || echo postgresql
    command -v redis-server >/dev/null || echo redis-server
    command -v mvn >/dev/null || echo maven
    command -v java >/dev/null || echo default-jre-headless
    command -v npm >/dev/null || echo npm
    /sbin/ldconfig -p | grep -c 'libmagic\.so' >/dev/null || echo libmagic1
    /sbin/ldconfig -p | grep -c 'libpangoft2-1\.0\.so' >/dev/null || echo libpangoft2-1.0-0
    /sbin/ldconfig -p | grep -c 'libharfbuzz-subset\.so' >/dev/null || echo libharfbuzz-subset0
    # reports are printed with Chinese fonts too
    fc-list 2>/dev/null | grep -ci 'noto.*cjk' >/dev/null || echo fontconfig fonts-noto-cjk
    [ -n "$(find_python)" ] || echo python3 python3-venv
    if [ "${1:-}" = browser ]; then
        command -v chromium >/dev/null || echo chromium
    fi
}

# Debian's packages would start a system service and create a system cluster: both are held back.
install_packages() {
    local policy=/usr/sbin/policy-rc.d cluster=/etc/postgresql-common/createcluster.d/nxopendata.conf status=0
    local made_policy=
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
        as_root chmod 755 "$policy"
        made_policy=yes
    fi
    as_root mkdir -p "${cluster%/*}"
    echo 'create_main_cluster = false' | as_root tee "$cluster" >/dev/null
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q &&
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@" || status=$?
    as_root rm -f "$cluster"
    [ -z "$made_policy" ] || as_root rm -f "$policy"
    return "$status"
}

# stamp NAME: whether var/stamps/NAME already holds the text on standard input; stamped NAME TEXT records it.
stamp_is() { [ "$(cat "$ROOT/var/stamps/$1" 2>/dev/null)" = "$2" ]; }
stamp() { mkdir -p "$ROOT/var/stamps" && printf '%s' "$2" >"$ROOT/var/stamps/$1"; }

set_up_python() {
    local python digest
    digest=$(cat "$ROOT/requirements/lock.txt" "$ROOT/setup.py" | sha256sum)
    if stamp_is python "$digest" && [ -x "$VENV/bin/python" ]; then return; fi
    say "安装 Python 软件包" "installing the Python packages"
    python=$(find_python)
    [ -x "$VENV/bin/python" ] || run venv "没有建成 Python 虚拟环境。" "the virtual environment was not made." \
        "$python" -m venv "$VENV"
    local zh="Python 软件包没有装好。请检查网络或软件源（pip config list）后重试。"
    local en="the Python packages were not installed. Check the network or the package index (pip config list)."
    # The lock names everything. Left to resolve, pip asks for the newest "coverage[toml]" and refuses it for want of a hash.
    run pip "$zh" "$en" "$VENV/bin/python" -m pip install -q --no-deps --require-hashes -r "$ROOT/requirements/lock.txt"
    run pip-check "$zh" "$en" "$VENV/bin/python" -m pip check
    run pip-project "$zh" "$en" "$VENV/bin/python" -m pip install -q --no-deps --no-build-isolation -e "$ROOT"
    stamp python "$digest"
}

set_up_solr() {
    local digest
    digest=$(cat "$ROOT/deployment/solr/pom.xml" "$ROOT/deployment/solr/SolrServer.java" | sha256sum)
    if stamp_is solr "$digest"; then return; fi
    say "下载 Solr" "fetching Solr"
    rm -rf "$ROOT/var/solr"
    run maven "Solr 没有下载完成。请检查网络或 Maven 源（~/.m2/settings.xml）后重试。" \
        "Solr was not fetched. Check the network or the Maven settings (~/.m2/settings.xml)." \
        mvn -q -B -f "$ROOT/deployment/solr/pom.xml" dependency:copy-dependencies \
        "-DoutputDirectory=$ROOT/var/solr/lib"
    run javac "Solr 启动程序没有编译成功。" "Solr's launcher did not compile." \
        java -cp "$ROOT/var/solr/lib/*" -m jdk.compiler/com.sun.tools.javac.Main -proc:none \
        -d "$ROOT/var/solr/classes" "$ROOT/deployment/solr/SolrServer.java"
    stamp solr "$digest"
}

# Libraries of the pages: fetched by npm from package-lock.json, copied to where the site serves them.
set_up_front_end() {
    local digest vendor="$ROOT/ckanext-nxopendata/ckanext/nxopendata/portal/public/nx/vendor"
    digest=$(sha256sum <"$ROOT/package-lock.json")
    if stamp_is front-end "$digest" && [ -s "$vendor/echarts.min.js" ]; then return; fi
    say "安装页面用的软件包" "installing the pages' libraries"
    run npm "页面用的软件包没有装好。请检查网络或软件源（npm config get registry）后重试。" \
        "the pages' libraries were not installed. Check the network or the registry (npm config get registry)." \
        npm ci --prefix "$ROOT" --ignore-scripts --no-audit --no-fund
    mkdir -p "$vendor"
    cp "$ROOT/node_modules/echarts/dist/echarts.common.min.js" "$vendor/echarts.min.js"
    stamp front-end "$digest"
}

bootstrap() {
    mkdir -p "$ROOT/var" 2>/dev/null ||
        fail "不能写入 $ROOT。请把项目放在自己有写权限的目录。" "cannot write to $ROOT. Put the project in a folder you own."
    local free
    free=$(df --output=avail -k "$ROOT/var" | tail -n 1)
    [ "$free" -ge 2097152 ] ||
        fail "磁盘只剩 $((free / 1024)) MB，至少需要 2 GB。请清理磁盘（df -h），或把项目移到别的磁盘。" \
            "only $((free / 1024)) MB of disk are free, 2 GB are needed. Free some space (df -h) or move the project."
    # Two set-ups at once would spoil each other's environment.
    exec 9>"$ROOT/var/setup.lock"
    flock 9
    local packages
    packages=$(missing_packages "$@" | tr '\n' ' ')
    if [ -n "$packages" ]; then
        command -v apt-get >/dev/null ||
            fail "缺少软件：$packages。本机没有 apt-get，请用系统的包管理器安装后重试。" \
                "these are missing: $packages. There is no apt-get here; install them by your system's means."
        say "安装系统软件包：$packages" "installing Debian packages"
        # shellcheck disable=SC2086  # a list of package names
        run apt "系统软件包没有装好。请检查网络和 /etc/apt/sources.list 后重试。" \
            "the Debian packages were not installed. Check the network and /etc/apt/sources.list." \
            install_packages $packages
    fi
    set_up_python
    run translations "译文没有编译成功。" "the translations were not built." \
        "$VENV/bin/python" -m ckanext.nxopendata.i18n compile
    run licences "许可清单没有生成。" "the list of licences was not written." \
        "$VENV/bin/python" -m ckanext.nxopendata.licences.license_list_export "$ROOT/var/licences.json"
    set_up_front_end
    set_up_solr
    flock -u 9
    exec 9>&-
}
