using System.Diagnostics.CodeAnalysis;

namespace LlmStack.Testing;

/// <summary>
/// What every <see cref="Providers.ILlmProvider"/> must do, as named cases that an author runs from any test framework.
/// </summary>
/// <remarks>
/// <example>
/// <code>
/// public sealed class MineConformanceTests
/// {
///     public static TheoryData&lt;string&gt; Names => [.. ProviderConformance.Cases(new MineFixture()).Select(c => c.Name)];
///
///     [Theory, MemberData(nameof(Names))]
///     public Task It_conforms(string name) => ProviderConformance.Case(new MineFixture(), name).RunAsync();
/// }
/// </code>
/// </example>
/// </remarks>
[Experimental("LLMSTACK001")]
public static class ProviderConformance
{
    /// <summary>The cases that apply to a provider.</summary>
    /// <param name="fixture">How the provider is made, and what it offers.</param>
    public static IReadOnlyList<ConformanceCase> Cases(ConformanceFixture fixture)
    {
        ArgumentNullException.ThrowIfNull(fixture);
        var cases = new List<ConformanceCase>();
        foreach (ConformanceRow row in AnswerCases.Rows.Concat(ToolCases.Rows).Concat(FailureCases.Rows).Concat(CancellationCases.Rows).Concat(IsolationCases.Rows).Concat(OperationCases.Rows))
        {
            if ((fixture.Features & row.Needs) == row.Needs && (fixture.Operations & row.Operation) == row.Operation && (fixture.IsHttp || !row.NeedsHttp))
            {
                cases.Add(new ConformanceCase(row.Name, fixture, row.RunAsync));
            }
        }

        return cases;
    }

    /// <summary>One case by its name.</summary>
    /// <param name="fixture">How the provider is made, and what it offers.</param>
    /// <param name="name">The name.</param>
    /// <exception cref="ArgumentException">No case of this name applies to the provider.</exception>
    public static ConformanceCase Case(ConformanceFixture fixture, string name) =>
        Cases(fixture).FirstOrDefault(candidate => candidate.Name == name)
        ?? throw new ArgumentException($"No case '{name}' applies to this provider.", nameof(name));
}
