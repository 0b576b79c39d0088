package io.github.statelock.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When a process is gone beyond doubt, with a /proc made of files. */
class ProcProcessesTest {

    private static final String BOOT = "11111111-2222-3333-4444-555555555555";
    private static final String HOLDER = BOOT + ";pid:[1],time:[2];1000;42;777";

    @TempDir
    Path proc;

    private ProcProcesses processes;

    @BeforeEach
    void machine() throws IOException {
        Files.createDirectories(proc.resolve("self/ns"));
        Files.createDirectories(proc.resolve("sys/kernel/random"));
        put("sys/kernel/random/boot_id", BOOT + "\n");
        put("self/status", "Name:\tjava\nUid:\t0\t1000\t1000\t1000\nGid:\t1\t1\t1\t1\n");
        put("self/mounts", "proc " + proc + " proc rw,nosuid,hidepid=0 0 0\n");
        Files.createSymbolicLink(proc.resolve("self/ns/pid"), Path.of("pid:[1]"));
        Files.createSymbolicLink(proc.resolve("self/ns/time"), Path.of("time:[2]"));
        process("self", 7, "555");
        processes = new ProcProcesses(proc, 7);
    }

    private void put(String name, String content) throws IOException {
        Files.writeString(proc.resolve(name), content);
    }

    private void process(String folder, long pid, String startTicks) throws IOException {
        Files.createDirectories(proc.resolve(folder));
        String before = " S 1 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 30 0 ";
        put(folder + "/stat", pid + " (a) b (c 9 9)" + before + startTicks + " 123 456\n");
    }

    private void link(String name, String target) throws IOException {
        Files.delete(proc.resolve(name));
        Files.createSymbolicLink(proc.resolve(name), Path.of(target));
    }

    @Test
    void thisProcessTellsAllOfItsIdentity() {
        assertThat(processes.self()).contains(BOOT + ";pid:[1],time:[2];1000;7;555");
    }

    @Test
    void aProcessThatIsNotThereIsGone() {
        assertThat(processes.isGone(HOLDER)).isTrue();
    }

    @Test
    void aProcessThatRunsIsNotGone() throws IOException {
        process("42", 42, "777");
        assertThat(processes.isGone(HOLDER)).isFalse();
    }

    @Test
    void aPidThatCameAgainIsAnotherProcess() throws IOException {
        process("42", 42, "778");
        assertThat(processes.isGone(HOLDER)).isTrue();
    }

    @Test
    void anotherBootSaysNothing() throws IOException {
        put("sys/kernel/random/boot_id", "99999999-2222-3333-4444-555555555555\n");
        assertThat(processes.isGone(HOLDER)).isFalse();
    }

    @Test
    void anotherPidOrTimeNamespaceSaysNothing() throws IOException {
        link("self/ns/pid", "pid:[3]");
        assertThat(processes.isGone(HOLDER)).isFalse();
        link("self/ns/pid", "pid:[1]");
        link("self/ns/time", "time:[3]");
        assertThat(processes.isGone(HOLDER)).isFalse();
        link("self/ns/time", "time:[2]");
        assertThat(processes.isGone(HOLDER)).isTrue();
    }

    @Test
    void anotherUserSaysNothing() throws IOException {
        put("self/status", "Uid:\t0\t1001\t0\t0\n");
        assertThat(processes.isGone(HOLDER)).isFalse();
    }

    @Test
    void aProcThatHidesProcessesSaysNothingOfOneThatIsNotSeen() throws IOException {
        for (String option : new String[] {"hidepid=2", "hidepid=invisible", "hidepid=1", "hidepid=ptraceable"}) {
            put("self/mounts", "proc " + proc + " proc rw," + option + " 0 0\n");
            assertThat(processes.isGone(HOLDER)).as(option).isFalse();
        }
        process("42", 42, "778");
        assertThat(processes.isGone(HOLDER)).isTrue();
    }

    @Test
    void aProcOfAnotherNamespaceTellsNoIdentity() {
        ProcProcesses mistaken = new ProcProcesses(proc, 8);
        assertThat(mistaken.self()).isEmpty();
        assertThat(mistaken.isGone(HOLDER)).isFalse();
    }

    @Test
    void whereAnyPartCannotBeReadTheLeaseDecides() throws IOException {
        for (String part : new String[] {"sys/kernel/random/boot_id", "self/status", "self/stat", "self/mounts"}) {
            byte[] content = Files.readAllBytes(proc.resolve(part));
            Files.delete(proc.resolve(part));
            assertThat(processes.isGone(HOLDER)).as(part).isFalse();
            put(part, "");
            assertThat(processes.isGone(HOLDER)).as(part).isFalse();
            Files.write(proc.resolve(part), content);
            assertThat(processes.isGone(HOLDER)).as(part).isTrue();
        }
        Files.delete(proc.resolve("self/ns/pid"));
        assertThat(processes.self()).isEmpty();
        assertThat(processes.isGone(HOLDER)).isFalse();
    }

    @Test
    void aProcessThatCannotBeReadIsNotGone() throws IOException {
        Files.createDirectories(proc.resolve("42"));
        put("42/stat", "42 (java");
        assertThat(processes.isGone(HOLDER)).isFalse();
        put("42/stat", "42 (java) S 1 1");
        assertThat(processes.isGone(HOLDER)).isFalse();
    }

    @Test
    void anotherFormOfTextSaysNothing() {
        for (String text :
                new String[] {"", "42", HOLDER + ";", HOLDER.replace("42", "-42"), HOLDER.replace("42", "../1")}) {
            assertThat(processes.isGone(text)).as(text).isFalse();
        }
    }

    @Test
    void anOldKernelHasNoTimeNamespace() throws IOException {
        Files.delete(proc.resolve("self/ns/time"));
        assertThat(processes.self()).contains(BOOT + ";pid:[1];1000;7;555");
        assertThat(processes.isGone(BOOT + ";pid:[1];1000;42;777")).isTrue();
    }
}
