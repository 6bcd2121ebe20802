#include "pipeline/commands/run_documents.h"

#include "pipeline/adapters/folder/folder_store.h"
#include "pipeline/adapters/report/job_reporter.h"
#include "pipeline/error.h"
#include "pipeline/json_text.h"
#include "pipeline/plan/value_json.h"
#include "pipeline/redaction/redactor.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>

namespace terroir {
namespace {

namespace fs = std::filesystem;

std::string recipe_json(const Plan& plan) {
  auto recipe = to_json(plan.canonical);
  redact(recipe);
  return json_text(recipe, 2) + "\n";
}

std::string whole_path(const std::string& path) {
  std::error_code error;
  std::string whole = fs::weakly_canonical(fs::absolute(path, error), error).string();
  return whole.ends_with('/') ? whole : whole + "/";
}

/// Whether the documents would lie in an output, where they were foreign files.
bool lies_in_output(const Plan& plan, const std::string& folder) {
  const std::string own = whole_path(folder + "/" + documents_folder(plan));
  return std::any_of(plan.outputs.begin(), plan.outputs.end(),
                     [&](const auto& output) { return own.starts_with(whole_path(output.path)); });
}

}  // namespace

std::string run_name(const Plan& plan) { return plan.name.empty() ? fs::path(plan.recipe_file).stem().string() : plan.name; }

std::string documents_folder(const Plan& plan) {
  std::string name = redacted(run_name(plan));
  std::replace_if(
      name.begin(), name.end(),
      [](char c) {
        return !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.');
      },
      '_');
  if (name.empty() || name.front() == '.') name.insert(name.begin(), '_');
  return name.substr(0, 100);
}

std::vector<RunDocument> plan_documents(const Plan& plan) {
  const std::string folder = documents_folder(plan) + "/";
  return {{folder + "recipe.json", recipe_json(plan)},
          {folder + "plan.txt", redacted(explain(plan))},
          {folder + "plan.json", redacted(explain_json(plan)) + "\n"}};
}

RunDocument summary_document(const Plan& plan, const JobSummary& summary) {
  return {documents_folder(plan) + "/summary.json", summary_json(plan, summary, {}) + "\n"};
}

OutputsFolder::OutputsFolder(const Plan& plan, const std::string& folder, std::function<void(const std::string&)> warn)
    : plan_(plan), warn_(std::move(warn)) {
  if (lies_in_output(plan, folder)) {
    warn_("warning: ./" + folder +
          " is an output of this run; recipe, plan and summary are not left there, give the output another folder");
    return;
  }
  store_ = make_folder_store(folder);
  for (const auto& document : plan_documents(plan)) keep(document);
}

void OutputsFolder::ended(const JobSummary& summary) {
  if (store_) keep(summary_document(plan_, summary));
}

void OutputsFolder::keep(const RunDocument& document) {
  if (!store_) return;
  try {
    store_->put(document.path, std::as_bytes(std::span(document.text)));
  } catch (const Error& error) {
    warn_("warning: " + std::string(error.what()) + "; recipe, plan and summary are not left there, make ./outputs writable");
    store_.reset();
  }
}

}  // namespace terroir
