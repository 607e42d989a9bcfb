namespace LlmStack.Limits.Ledger;

/// <summary>What dimensions are called in exports and in files.</summary>
internal static class LedgerNames
{
    public static string NameOf(LedgerDimension dimension) => dimension switch
    {
        LedgerDimension.Provider => "provider",
        LedgerDimension.Model => "model",
        LedgerDimension.Deployment => "deployment",
        LedgerDimension.Group => "model_group",
        LedgerDimension.Operation => "operation",
        LedgerDimension.Key => "caller_key",
        LedgerDimension.User => "user",
        LedgerDimension.Team => "team",
        LedgerDimension.Project => "project",
        LedgerDimension.Feature => "feature",
        LedgerDimension.Experiment => "experiment",
        LedgerDimension.PriceVersion => "price_version",
        LedgerDimension.Tag => "tag",
        _ => throw new ArgumentOutOfRangeException(nameof(dimension), dimension, "No such dimension."),
    };
}
