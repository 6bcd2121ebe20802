#include "pipeline/commands/doctor.h"

#include "kernels/cpu_level.h"
#include "kernels/value.h"
#include "pipeline/adapters/folder/folder_store.h"
#include "pipeline/adapters/mpi/mpi_communicator.h"
#include "pipeline/adapters/process/child.h"
#include "pipeline/commands/command_line.h"
#include "pipeline/commands/communicator.h"
#include "pipeline/commands/doctor_checks.h"
#include "pipeline/commands/doctor_ranks.h"
#include "pipeline/commands/start_checks.h"
#include "pipeline/error.h"
#include "terroir_version.h"

#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <future>
#include <ostream>
#include <string_view>
#include <thread>

namespace terroir {
namespace {

struct DoctorRequest {
  std::string folder;
  bool json = false;
  double patience = 30;
};

constexpr const char* doctor_help =
    "terroir doctor [FOLDER] [--json] [--patience SECONDS]\n"
    "Looks at this machine or container, alone or under mpirun, and says what to change. With FOLDER it also writes a few objects there,\n"
    "in __terroir/, and removes them again, to see what the storage can do.\n\n"
    "  --json              as JSON\n"
    "  --patience SECONDS  for storage and ranks that do not answer; default: 30\n";

/// What the arguments ask for, or what is wrong with them.
std::string read_arguments(std::span<const std::string> arguments, DoctorRequest& request) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument == "--json") {
      request.json = true;
    } else if (argument == "--patience") {
      const auto seconds = i + 1 < arguments.size() ? Value::scalar(arguments[++i]).number() : std::nullopt;
      if (!seconds || !std::isfinite(*seconds) || *seconds <= 0) return "--patience needs a number of seconds, as --patience 60";
      request.patience = *seconds;
    } else if (argument.starts_with("--")) {
      return "unknown option '" + argument + "'; use --json or --patience";
    } else if (!request.folder.empty()) {
      return "'" + argument + "' is one too many; give one folder";
    } else {
      request.folder = argument;
    }
  }
  return "";
}

/// Before MPI has started: this process forks.
MpirunFacts ask_mpirun() {
  constexpr double seconds = 5;
  const char* path = std::getenv("PATH");
  MpirunFacts facts{find_program("mpirun", path == nullptr ? "" : path), std::nullopt, linked_mpi()};
  if (facts.path) facts.said = ask_program({*facts.path, "--version"}, seconds);
  return facts;
}

void append(std::vector<Finding>& list, const std::vector<Finding>& more) { list.insert(list.end(), more.begin(), more.end()); }

std::vector<Finding> look_at_program() {
  const std::string level = "x86-64-v" + std::to_string(static_cast<int>(cpu_level()));
  const bool lowered = std::getenv("TERROIR_CPU") != nullptr;
  return {{"Program", "terroir", Verdict::ok, std::string(version) + ", built by " + build, ""},
          {"Program", "processor", Verdict::ok, level + (lowered ? ", as TERROIR_CPU says" : ""), ""}};
}

std::vector<Finding> look_at_libraries() {
  const ProjSetup proj = proj_setup();
  const MpiRelease mpi = linked_mpi();
  std::vector<Finding> findings = {check_library(gdal_setup().version), check_library(proj.version), check_proj(proj),
                                   check_library({mpi.name, mpi.version, mpi.version})};
  for (const auto& library : codec_libraries()) findings.push_back(check_library(library));
  append(findings, check_gdal(gdal_setup()));
  return findings;
}

bool root_is_allowed() {
  const auto set = [](const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr && std::string_view(value) == "1";
  };
  return started_by_mpirun() || (set("OMPI_ALLOW_RUN_AS_ROOT") && set("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"));
}

std::vector<Finding> look_at_mpi(const Communicator& comm, const MpirunFacts& mpirun) {
  std::vector<Finding> findings;
  if (comm.rank() == 0) findings = {check_mpirun(mpirun), check_user(is_root(), root_is_allowed())};
  if (comm.rank() == 0) findings.push_back(check_world(world_facts(comm)));
  if (started_by_mpirun()) findings.push_back(check_launcher(launcher_facts()));
  return findings;
}

std::vector<Finding> look_at_machine(const Communicator& comm) {
  MachineFacts facts;
  facts.memory = memory_limits();
  facts.local_ranks = comm.local_size();
  facts.allowed_processors = allowed_processors();
  facts.local_processors = comm.size() == 1 ? facts.allowed_processors : comm.local_processors();
  facts.online_processors = online_processors();
  facts.bound = bound_by_mpirun();
  facts.open_files = open_file_limit();
  facts.shared_memory = file_system_size("/dev/shm");
  std::vector<Finding> findings = check_machine(facts);
  findings.push_back(check_azure(variable_names({"AZURE", "AZ_BATCH", "MLFLOW_"})));
  return findings;
}

/// Storage that hangs holds its caller for ever, so a thread of its own asks, and is left behind when it takes too long.
StorageFacts probe_patiently(const std::string& folder, const std::string& name, bool all, double patience) {
  std::packaged_task<StorageFacts()> task([=] { return probe_storage(folder, name, all); });
  auto facts = task.get_future();
  std::thread(std::move(task)).detach();
  if (facts.wait_for(std::chrono::duration<double>(patience)) == std::future_status::ready) return facts.get();
  StorageFacts hung;
  hung.problem =
      "has not answered for " + std::to_string(static_cast<int>(patience)) + " s; mount it anew, or allow it more time with --patience";
  return hung;
}

/// One rank of a host tries the folder, the first one all of it.
std::vector<Finding> look_at_storage(const Communicator& comm, const DoctorRequest& request, const std::string& name) {
  if (request.folder.empty() || comm.local_rank() != 0) return {};
  return check_storage(request.folder, probe_patiently(request.folder, name, comm.rank() == 0, request.patience));
}

int examine(const DoctorRequest& request, Communicator& comm, const MpirunFacts& mpirun, std::ostream& out) {
  const std::string name = host_name() + "-" + std::to_string(::getpid());
  std::vector<Finding> findings = look_at_program();
  append(findings, look_at_libraries());
  append(findings, look_at_mpi(comm, mpirun));
  append(findings, look_at_machine(comm));
  append(findings, look_at_storage(comm, request, name));
  const auto store = make_folder_store(request.folder);
  if (comm.rank() != 0) {
    visit_desk(comm, findings, request.folder.empty() ? nullptr : store.get(), request.patience);
    return 0;
  }
  const bool storage_works = !request.folder.empty() && !any_fault(findings);
  DoctorDesk desk(comm, 2 * request.patience);
  std::vector<Finding> all = merge_findings(desk.gather(std::move(findings)));
  if (storage_works) append(all, desk.compare_views(*store, std::string(run_folder) + "doctor-" + name + "-view"));
  const int code = any_fault(all) ? static_cast<int>(Fault::system) : 0;
  out << (request.json ? findings_json(all) : findings_page(all)) << std::flush;
  if (!desk.dismiss()) comm.abort(code);
  return code;
}

}  // namespace

int run_doctor(std::span<const std::string> arguments, std::ostream& out, std::ostream& errors) {
  if (asks_for_help(arguments)) {
    out << doctor_help;
    return 0;
  }
  DoctorRequest request;
  if (const std::string problem = read_arguments(arguments, request); !problem.empty()) {
    errors << "terroir doctor: " << problem << "\n";
    return static_cast<int>(Fault::mistake);
  }
  const MpirunFacts mpirun = launched_rank() == 0 ? ask_mpirun() : MpirunFacts{};
  const auto comm = join_job(request.patience);
  return examine(request, *comm, mpirun, out);
}

}  // namespace terroir
