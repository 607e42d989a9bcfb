using System.Diagnostics.CodeAnalysis;

namespace LlmStack.Testing;

/// <summary>
/// How a provider under test is made and what its other side looks like. Derive from <see cref="HttpConformanceFixture"/> or
/// <see cref="InProcessConformanceFixture"/>.
/// </summary>
[Experimental("LLMSTACK001")]
public abstract class ConformanceFixture
{
    /// <summary>Only the two kinds of fixtures derive from this.</summary>
    private protected ConformanceFixture()
    {
    }

    /// <summary>The model that calls name.</summary>
    public virtual string Model => "conformance-model";

    /// <summary>What the provider offers; cases about anything else are left out. Default: everything.</summary>
    public virtual ConformanceFeatures Features => ConformanceFeatures.All;

    /// <summary>What the provider offers beside chat. Default: nothing.</summary>
    public virtual ConformanceOperations Operations => ConformanceOperations.None;

    /// <summary>The model that calls of an operation name. Default: <see cref="Model"/>.</summary>
    /// <param name="operation">One operation.</param>
    public virtual string ModelOf(ConformanceOperations operation) => Model;

    /// <summary>Whether the cases about statuses, headers and sockets apply.</summary>
    internal abstract bool IsHttp { get; }

    /// <summary>Sets up the provider and its other side.</summary>
    /// <param name="script">What happens on a call, given what was sent: the body of a request, or the text of the messages.</param>
    internal abstract ConformanceStage Open(Func<string, bool, ConformanceStep> script);
}
