using System.Diagnostics.CodeAnalysis;

namespace LlmStack.Testing;

/// <summary>One thing that every provider must do.</summary>
[Experimental("LLMSTACK001")]
public sealed class ConformanceCase
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly ConformanceFixture _fixture;
    private readonly Func<ConformanceBench, Task> _run;

    internal ConformanceCase(string name, ConformanceFixture fixture, Func<ConformanceBench, Task> run)
    {
        Name = name;
        _fixture = fixture;
        _run = run;
    }

    /// <summary>What is checked, for instance <c>a stream that is cut is an error</c>.</summary>
    public string Name { get; }

    /// <summary>Runs the case.</summary>
    /// <exception cref="ConformanceException">The provider does something else.</exception>
    public async Task RunAsync()
    {
        var bench = new ConformanceBench(_fixture);
        try
        {
            await _run(bench).WaitAsync(Limit).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            throw new ConformanceException($"{Name}: the provider neither answered nor failed within {Limit.TotalSeconds:0} s.", e);
        }
        catch (Exception e) when (e is not ConformanceException)
        {
            throw new ConformanceException($"{Name}: {e.GetType().Name} was thrown: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
