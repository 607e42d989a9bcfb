using LlmStack.DependencyInjection;
using Microsoft.Extensions.Options;

namespace LlmStack.Configuration;

/// <summary>Finds every problem of the options and tells them in one message.</summary>
internal sealed class LlmStackOptionsValidator(IEnvironment environment, LlmStackRegistrations registrations, ProviderFormats formats, StrategyResolver strategies) : IValidateOptions<LlmStackOptions>
{
    public ValidateOptionsResult Validate(string? name, LlmStackOptions options)
    {
        var problems = new OptionsProblems();
        if (options.BindingProblem is { } binding)
        {
            problems.Say(LlmStackOptions.SectionName, "could not be read: " + binding);
        }

        EnvironmentValues.Validate(environment, problems);
        new ProviderValidation(registrations, formats, problems).Validate(options);
        new GroupValidation(strategies, problems).Validate(options);
        ErrorPatternValidation.Validate(options, problems);
        ModelValidation.Validate(options, problems);
        CatalogValidation.Validate(options, problems);
        LimitValidation.Validate(options, problems);
        BudgetValidation.Validate(options, problems);
        TracingValidation.Validate(options, problems);
        LedgerValidation.Validate(options, problems);
        return problems.All.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(Message(problems.All));
    }

    private static string Message(IReadOnlyList<string> problems)
    {
        string head = problems.Count == 1 ? "LlmStack is not configured correctly:" : $"LlmStack is not configured correctly ({problems.Count} problems):";
        return head + Environment.NewLine + "- " + string.Join(Environment.NewLine + "- ", problems);
    }
}
