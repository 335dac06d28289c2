/*
 * Another processor for one program: CPUID, by which libraries choose their code, answers as that processor would.
 *
 *     cc -O2 -shared -fPIC -o cpuid.so cpuid.c
 *     LD_PRELOAD=./cpuid.so CPUID_EDITS="7,0,b,d0230000,0 1,0,c,1000,0" python3 ...
 *
 * Each edit is leaf, part, register, bits to clear and bits to set, all in hexadecimal. The kernel is asked to let
 * CPUID fault (arch_prctl(2), ARCH_CPUID_SET), the fault is caught and answered with the edited registers, and the
 * program goes on at full speed. Only Python is changed: others, such as Java, want these faults for themselves.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#define ARCH_CPUID_SET 0x1012
#define MOST 32

static struct {
    uint32_t leaf, part, clear, set;
    char name;
} edits[MOST];
static int edited;

static long answer_cpuid(long whether) { return syscall(SYS_arch_prctl, ARCH_CPUID_SET, whether); }

static void fault(int signal_number, siginfo_t *info, void *context)
{
    greg_t *at = ((ucontext_t *)context)->uc_mcontext.gregs;
    const unsigned char *code = (const unsigned char *)at[REG_RIP];
    uint32_t leaf = (uint32_t)at[REG_RAX], part = (uint32_t)at[REG_RCX], found[4];

    (void)info;
    if (code[0] != 0x0f || code[1] != 0xa2) { /* a real fault: let it happen again, and end the program */
        signal(signal_number, SIG_DFL);
        return;
    }
    answer_cpuid(1);
    __asm__ volatile("cpuid" : "=a"(found[0]), "=b"(found[1]), "=c"(found[2]), "=d"(found[3]) : "a"(leaf), "c"(part));
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

__attribute__((constructor)) static void begin(void)
{
    const char *text = getenv("CPUID_EDITS");
    struct sigaction action = {.sa_sigaction = fault, .sa_flags = SA_SIGINFO | SA_NODEFER};
    int used;

    if (!text || strncmp(program_invocation_short_name, "python", 6))
        return;
    while (edited < MOST && sscanf(text, " %x,%x,%c,%x,%x%n", &edits[edited].leaf, &edits[edited].part,
                                   &edits[edited].name, &edits[edited].clear, &edits[edited].set, &used) == 5) {
        text += used;
        edited++;
    }
    if (*text) {
        fprintf(stderr, "cpuid: cannot read '%s'\n", text);
        _exit(125);
    }
    sigaction(SIGSEGV, &action, NULL);
    if (answer_cpuid(0)) {
        perror("cpuid: this kernel or processor cannot let CPUID fault");
        _exit(125);
    }
}
