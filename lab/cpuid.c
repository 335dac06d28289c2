/*
 * Another processor for one program: CPUID, by which libraries choose their code, answers as that processor would.
 *
 *     cc -O2 -shared -fPIC -o cpuid.so cpuid.c
 *     LD_AUDIT=./cpuid.so CPUID_EDITS="7,0,b,d0230000,0 1,0,c,1000,0" CPUID_PLACES=folder python3 ...
 *
 * Each edit is leaf, part, register, bits to clear and bits to set, all in hexadecimal. CPUID is made to fault, the
 * fault is answered with the edited registers, and the program goes on at full speed. Only Python is changed: others,
 * such as Java, want these faults for themselves.
 *
 * The kernel is asked to let CPUID fault (arch_prctl(2), ARCH_CPUID_SET). Where it or the processor cannot, as on most
 * virtual machines, each CPUID of a library becomes UD2, of the same length, which always faults: after the library is
 * mapped, before any code of it runs (rtld-audit(7)). Which bytes are a CPUID, and not a part of some other instruction
 * or of a table, a disassembler says (objdump, of binutils); its answers are kept in the folder, by file. What the
 * dynamic linker itself asked before any of this is as it was: GLIBC_TUNABLES edits that.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#define ARCH_CPUID_SET 0x1012
#define MOST 32
#define MOST_PLACES 8192
#define CPUID "\x0f\xa2" /* UD2 is 0f 0b */
/* Tables of numbers within code, such as OpenSSL's, are disassembled too, and may look like a CPUID. Code has no
 * invalid instruction in the lines before; of numbers one in a dozen or so is. */
#define VALID_BEFORE 30

static struct {
    uint32_t leaf, part, clear, set;
    char name;
} edits[MOST];
static int edited;
static const unsigned char *places[MOST_PLACES]; /* of each CPUID that became UD2 */
static int placed;
static int patching;

__attribute__((noreturn, format(printf, 1, 2))) static void give_up(const char *format, ...)
{
    va_list values;

    va_start(values, format);
    fputs("cpuid: ", stderr);
    vfprintf(stderr, format, values);
    fputc('\n', stderr);
    _exit(125);
}

static long answer_cpuid(long whether) { return syscall(SYS_arch_prctl, ARCH_CPUID_SET, whether); }

static int is_cpuid(const unsigned char *code)
{
    if (!patching)
        return !memcmp(code, CPUID, 2);
    for (int i = 0; i < placed; i++)
        if (places[i] == code)
            return 1;
    return 0;
}

static void fault(int signal_number, siginfo_t *info, void *context)
{
    greg_t *at = ((ucontext_t *)context)->uc_mcontext.gregs;
    uint32_t leaf = (uint32_t)at[REG_RAX], part = (uint32_t)at[REG_RCX], found[4];

    (void)info;
    if (!is_cpuid((const unsigned char *)at[REG_RIP])) { /* a real fault: let it happen again, and end the program */
        signal(signal_number, SIG_DFL);
        return;
    }
    if (!patching)
        answer_cpuid(1);
    __asm__ volatile("cpuid" : "=a"(found[0]), "=b"(found[1]), "=c"(found[2]), "=d"(found[3]) : "a"(leaf), "c"(part));
    if (!patching)
        answer_cpuid(0);
    for (int i = 0; i < edited; i++)
        if (edits[i].leaf == leaf && (edits[i].part == part || leaf != 7)) { /* leaf 7 alone is read in parts here */
            uint32_t *one = &found[edits[i].name - 'a'];
            *one = (*one & ~edits[i].clear) | edits[i].set;
        }
    at[REG_RAX] = found[0];
    at[REG_RBX] = found[1];
    at[REG_RCX] = found[2];
    at[REG_RDX] = found[3];
    at[REG_RIP] += 2;
}

/* Write the address of each CPUID in a library's file, as it says itself, into the file `into`, one a line. */
static void find(const char *path, off_t size, const char *into)
{
    char own[4096 + 16], *line = NULL, *end;
    size_t room = 0;
    int file = open(path, O_RDONLY | O_CLOEXEC), tube[2], status;
    void *content = file < 0 ? MAP_FAILED : mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, file, 0);
    FILE *answers, *found;
    pid_t child;
    int valid = VALID_BEFORE; /* instructions since one that is none */

    if (content == MAP_FAILED)
        give_up("cannot read %s: %s", path, strerror(errno));
    snprintf(own, sizeof own, "%s.%d", into, (int)getpid()); /* renamed when it is whole: others look, too */
    if (!(found = fopen(own, "we")))
        give_up("cannot write %s: %s", own, strerror(errno));
    if (memmem(content, (size_t)size, CPUID, 2)) {
        if (pipe2(tube, O_CLOEXEC) || (child = fork()) < 0)
            give_up("cannot start objdump: %s", strerror(errno));
        if (!child) {
            unsetenv("LD_AUDIT");
            dup2(tube[1], STDOUT_FILENO);
            execlp("objdump", "objdump", "-d", "--no-show-raw-insn", path, NULL);
            _exit(127);
        }
        close(tube[1]);
        answers = fdopen(tube[0], "re");
        while (answers && getline(&line, &room, answers) > 0) {
            unsigned long long address = strtoull(line, &end, 16);
            valid = strstr(end, "(bad)") ? 0 : valid + 1;
            if (!strncmp(end, ":\tcpuid", 7) && valid > VALID_BEFORE)
                fprintf(found, "%llx\n", address);
        }
        if (!answers || fclose(answers) || waitpid(child, &status, 0) != child || status) {
            unlink(own);
            give_up("this kernel cannot let CPUID fault, and objdump (package binutils) cannot be had or read %s",
                    path);
        }
        free(line);
    }
    munmap(content, (size_t)size);
    close(file);
    if (fclose(found) || rename(own, into))
        give_up("cannot write %s: %s", into, strerror(errno));
}

static void patch(unsigned char *code, const char *path)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    void *around = (void *)((uintptr_t)(code + 1) / page * page);

    if (memcmp(code, CPUID, 2) || placed == MOST_PLACES)
        give_up("%s is not as its file says, or has too many CPUIDs", path);
    if (mprotect(around, page, PROT_READ | PROT_WRITE | PROT_EXEC))
        give_up("cannot change %s: %s", path, strerror(errno));
    code[1] = 0x0b;
    mprotect(around, page, PROT_READ | PROT_EXEC);
    places[placed++] = code;
}

/* Asked by the dynamic linker of each program and library once it is mapped. */
unsigned int la_objopen(struct link_map *map, Lmid_t space, uintptr_t *cookie)
{
    const char *path = map->l_name, *folder = getenv("CPUID_PLACES");
    char known[4096], program[4096];
    unsigned long address;
    struct stat file;
    FILE *found;

    (void)space, (void)cookie;
    if (!*path) { /* the program itself: by its own name, as in objdump /proc/self/exe is objdump */
        ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
        program[length < 0 ? 0 : length] = 0;
        path = program;
    }
    if (!patching || !strchr(path, '/')) /* what the kernel maps itself is no file */
        return 0;
    if (!folder || stat(path, &file))
        give_up("cannot find %s or the folder CPUID_PLACES", path);
    snprintf(known, sizeof known, "%s/%lx-%lx-%lx-%lx.%lx", folder, (long)file.st_dev, (long)file.st_ino,
             (long)file.st_size, (long)file.st_mtim.tv_sec, (long)file.st_mtim.tv_nsec);
    if (access(known, R_OK))
        find(path, file.st_size, known);
    if (!(found = fopen(known, "re")))
        give_up("cannot read %s: %s", known, strerror(errno));
    while (fscanf(found, "%lx", &address) == 1)
        patch((unsigned char *)(map->l_addr + address), path);
    fclose(found);
    return 0;
}

/* Asked first of all; nothing of the program runs yet. 0 if it is left alone. */
unsigned int la_version(unsigned int version)
{
    const char *text = getenv("CPUID_EDITS");
    struct sigaction action = {.sa_sigaction = fault, .sa_flags = SA_SIGINFO | SA_NODEFER};
    int used;

    if (!text || strncmp(program_invocation_short_name, "python", 6))
        return 0;
    while (edited < MOST && sscanf(text, " %x,%x,%c,%x,%x%n", &edits[edited].leaf, &edits[edited].part,
                                   &edits[edited].name, &edits[edited].clear, &edits[edited].set, &used) == 5) {
        text += used;
        edited++;
    }
    if (*text)
        give_up("cannot read '%s'", text);
    patching = answer_cpuid(0) != 0;
    sigaction(patching ? SIGILL : SIGSEGV, &action, NULL);
    return version < LAV_CURRENT ? version : LAV_CURRENT;
}
