namespace LlmStack.Catalog;

/// <summary>The words by which vendors say that nothing special was done.</summary>
internal static class ServiceTierNames
{
    public static bool IsStandard(string? tier) => tier is null or "" or "default" or "standard" or "auto" or "on_demand" or "STANDARD" or "ON_DEMAND";
}
