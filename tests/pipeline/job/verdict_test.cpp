#include "pipeline/job/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace terroir {
namespace {

using Reason = Supervisor::Reason;
using ::testing::HasSubstr;

JobEnd ended(int code) {
  JobEnd end;
  end.code = code;
  end.notes.rank_ended = true;
  return end;
}

TEST(Verdict, ReturnsTheJobsOwnCode) {
  for (const int code : {0, 1, 2, 3, 4, 5, 7, 70, 75, 137, 205}) EXPECT_EQ(judge(ended(code)).code, code);
}

TEST(Verdict, StartsAgainWhereThatMayHelp) {
  for (const int code : {4, 75, 134, 137, 139, 205}) EXPECT_TRUE(judge(ended(code)).again) << code;
  for (const int code : {0, 1, 2, 3, 5, 7, 70}) EXPECT_FALSE(judge(ended(code)).again) << code;
}

TEST(Verdict, NamesTheSignal) {
  EXPECT_EQ(judge(ended(137)).text, "a process was ended by signal 9 (SIGKILL)");
  EXPECT_EQ(judge(ended(139)).text, "a process was ended by signal 11 (SIGSEGV)");
}

TEST(Verdict, TellsMpirunsFailureFromARanks) {
  JobEnd end;
  end.code = 1;
  EXPECT_TRUE(judge(end).again);
  EXPECT_THAT(judge(end).text, HasSubstr("mpirun itself failed"));
  note_mpirun_line(end.notes, "Primary job  terminated normally, but 1 process returned");
  EXPECT_FALSE(judge(end).again);
  end.notes = {};
  note_mpirun_line(end.notes, "mpirun detected that one or more processes exited with non-zero status, thus causing");
  EXPECT_FALSE(judge(end).again);
  end.notes = {};
  end.mpi = false;
  EXPECT_FALSE(judge(end).again) << "a command's own 1";
}

TEST(Verdict, DoesNotTryAgainWhatMpirunCannotStart) {
  for (const char* line : {"mpirun was unable to find the specified executable file, and therefore",
                           "mpirun was unable to launch the specified application as it could not access",
                           "There are not enough slots available in the system to satisfy the 9"}) {
    JobEnd end;
    end.code = 134;
    note_mpirun_line(end.notes, line);
    EXPECT_FALSE(judge(end).again) << line;
  }
}

TEST(Verdict, NeverStartsAgainWhatWasAskedToStop) {
  for (const int code : {1, 75, 137, 138}) {
    JobEnd end = ended(code);
    end.reason = Reason::request;
    end.forced = code == 1;
    EXPECT_FALSE(judge(end).again);
    EXPECT_EQ(judge(end).code, 75) << code;
  }
}

TEST(Verdict, TakesAnMpirunThatFailsWhileItStopsForStopped) {
  JobEnd end;
  end.code = 1;
  end.reason = Reason::request;
  EXPECT_EQ(judge(end).code, 75);
  end.notes.rank_ended = true;
  EXPECT_EQ(judge(end).code, 1) << "a rank's own";
}

TEST(Verdict, KeepsTheCodeOfAJobThatEndedInTime) {
  JobEnd end = ended(0);
  end.reason = Reason::request;
  EXPECT_EQ(judge(end).code, 0);
  end.code = 3;
  EXPECT_EQ(judge(end).code, 3);
}

TEST(Verdict, SaysThatItWasTheTimeout) {
  for (const int code : {3, 75, 137}) {
    JobEnd end = ended(code);
    end.reason = Reason::timeout;
    EXPECT_EQ(judge(end).code, 124);
    EXPECT_FALSE(judge(end).again);
    EXPECT_THAT(judge(end).text, HasSubstr("timeout"));
  }
  JobEnd done = ended(0);
  done.reason = Reason::timeout;
  EXPECT_EQ(judge(done).code, 0);
}

TEST(Verdict, TakesAHangForALostHost) {
  JobEnd end;
  end.code = 137;
  end.reason = Reason::hang;
  EXPECT_THAT(judge(end).text, HasSubstr("signal 9")) << "it ended by itself";
  end.forced = true;
  EXPECT_EQ(judge(end).code, 4);
  EXPECT_TRUE(judge(end).again);
}

TEST(Verdict, ExpectsStraysWhereMpirunCannotHaveEndedAll) {
  JobEnd end = ended(205);
  EXPECT_TRUE(judge(end).strays) << "a host is lost";
  end.code = 137;
  EXPECT_FALSE(judge(end).strays) << "mpirun has ended all ranks";
  end.killed = true;
  EXPECT_TRUE(judge(end).strays) << "mpirun was killed";
  end = ended(4);
  EXPECT_FALSE(judge(end).strays);
  end.notes.rank_lost = true;
  EXPECT_TRUE(judge(end).strays);
  end = ended(1);
  end.reason = Reason::hang;
  end.forced = true;
  EXPECT_TRUE(judge(end).strays);
}

TEST(Verdict, HearsThatRanksAreLost) {
  MpirunNotes notes;
  note_mpirun_line(notes, "MPI_ABORT was invoked on rank 0 in communicator MPI_COMM_WORLD");
  EXPECT_TRUE(notes.rank_lost);
  notes = {};
  note_mpirun_line(notes, "ORTE has lost communication with a remote daemon.");
  EXPECT_TRUE(notes.rank_lost);
  notes = {};
  note_mpirun_line(notes, "Some other remark");
  EXPECT_FALSE(notes.rank_lost);
  EXPECT_TRUE(tells_lost_rank("terroir: rank 3 on node7 has lost rank 0 and ends"));
  EXPECT_FALSE(tells_lost_rank("echo 'terroir: rank 3 on node7 has lost rank 0 and ends'"));
}

TEST(Verdict, LeavesOutWhatTheExitCodeSays) {
  for (const char* line :
       {"", "--------------------------------------------------------------------------",
        "Primary job  terminated normally, but 1 process returned", "a non-zero exit code. Per user-direction, the job has been aborted.",
        "mpirun detected that one or more processes exited with non-zero status, thus causing",
        "the job to be terminated. The first process to do so was:", "  Process name: [[5268,1],0]", "  Exit code:    75",
        "mpirun: Forwarding signal 10 to job"})
    EXPECT_FALSE(tells_news(line)) << line;
  for (const char* line : {"mpirun was unable to launch the specified application as it could not access", "Executable: /tmp/nosuch",
                           "ORTE has lost communication with a remote daemon."})
    EXPECT_TRUE(tells_news(line)) << line;
}

}  // namespace
}  // namespace terroir
