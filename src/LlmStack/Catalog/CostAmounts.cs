namespace LlmStack.Catalog;

/// <summary>A cost by bucket, in US dollars; on the stack, for spans and budgets.</summary>
internal readonly record struct CostAmounts(decimal Input, decimal CacheRead, decimal CacheWrite, decimal Output, decimal Reasoning, decimal Request, bool Estimated)
{
    public decimal Total => Input + CacheRead + CacheWrite + Output + Reasoning + Request;
}
