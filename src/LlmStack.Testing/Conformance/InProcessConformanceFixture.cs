using System.Diagnostics.CodeAnalysis;
using LlmStack.Providers;

namespace LlmStack.Testing;

/// <summary>A provider without HTTP: the fixture makes one whose other side plays a script.</summary>
[Experimental("LLMSTACK001")]
[SuppressMessage("ApiDesign", "RS0022:Constructor make noninheritable base class inheritable", Justification = "These two are what one derives from; their base is what they share.")]
public abstract class InProcessConformanceFixture : ConformanceFixture
{
    internal sealed override bool IsHttp => false;

    /// <summary>Makes the provider.</summary>
    /// <param name="script">Asked once for each call; says what to answer and notes what happens.</param>
    public abstract ILlmProvider CreateProvider(ConformanceScript script);

    internal sealed override ConformanceStage Open(Func<string, bool, ConformanceStep> script) => new InProcessConformanceStage(this, script);
}
