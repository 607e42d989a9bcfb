using LlmStack.Providers;

namespace LlmStack.Configuration;

/// <summary>Puts another adapter in the place of every provider's own: the seam of the simulator.</summary>
internal interface IProviderSubstitute
{
    ILlmProvider For(string provider);
}
